"""Versions of the shaded sphere: classes in Python, the same classes in Rust, whole columns."""
