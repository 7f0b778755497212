"""Match points to polygons: for every point, find the smallest polygon whose center is near.

This is the kernel of the exercise. ``versions`` lists its versions.
"""
