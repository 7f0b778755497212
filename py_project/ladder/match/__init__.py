"""Match points to polygons: for every point the smallest polygon whose centre is near.

The kernel that the exercise is about. ``versions`` lists its rungs.
"""
