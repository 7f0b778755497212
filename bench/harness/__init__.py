"""The modules of the benchmark, one per noun. The commands are in the parent folder."""
