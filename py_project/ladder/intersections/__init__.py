"""Versions of the intersections of profiles."""
