"""What versions cannot do without, as it is installed."""

ENGINE = "poly-match installed"
PORTS = "pip install ./py_project/ladder/rust"
SKLEARN = "pip install scikit-learn"
