"""Versions of the stratified train/test split (stratif1 of the exercise)."""
