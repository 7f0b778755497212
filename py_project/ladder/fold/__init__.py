"""Versions of the stratified k-fold (stratif2 of the exercise)."""
