"""The ladder of dynamic time warping."""
