"""Versions of dynamic time warping."""
