"""The ladder of the intersections of profiles."""
