"""The requirements of versions, as install commands."""

AEON = "pip install aeon, in an environment with numba<0.64"
ENGINE = "poly-match installed"
PORTS = "pip install ./py_project/ladder/rust"
SKLEARN = "pip install scikit-learn"
