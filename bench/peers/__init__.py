"""The engines in Python, each written as an experienced user of the library would write it."""
