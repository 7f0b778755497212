"""The ladder: one exercise in many versions, from pure Python to the engine, measured alike.

Each kernel has a folder here (``match``, ``kmeans`` ...), with a file per version and a
``versions`` registry. What is shared lies beside them: what a version is (``version``), the clock
(``timing``, ``scale``), and what is made of its readings (``table``, ``record``, ``charts``).

Importing this package pins the BLAS libraries behind numpy to one thread. The arrays of the
exercise are tiny, so more threads only add noise, and a version should not be faster because
another library is parallel. The pin works only where numpy is not imported yet. scikit-learn's own
threads (OpenMP) are left to it: the engine has all cores too.
"""

import os

for _name in (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
):
    os.environ[_name] = "1"
