"""The ladder of the shaded sphere: classes of Python, the same classes of Rust, whole columns."""
