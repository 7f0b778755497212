"""The ladder: one exercise in many versions, from pure Python to the engine, in one measurement.

Each kernel has a folder here (``match``, ``kmeans`` ...), with a file per version and a
``versions`` registry. The modules in this folder are shared: the definition of a version
(``version``), the measurement (``timing``, ``scale``), and the output (``table``, ``record``,
``charts``).

Importing this package limits the BLAS libraries of NumPy to one thread. The arrays of the exercise
are tiny, so more threads only add noise, and a version should not be faster because another library
is parallel. The limit works only if NumPy is not imported yet. The threads of scikit-learn (OpenMP)
are not limited, because the engine uses all cores too.
"""

import os

for _name in (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
):
    os.environ[_name] = "1"
