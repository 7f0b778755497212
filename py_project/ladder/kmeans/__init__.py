"""Versions of k-means, with the same start and the same number of iterations."""
