"""The ladder of k-means: the same start, the same number of iterations, ever faster."""
