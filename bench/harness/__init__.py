"""What the benchmark is made of, a noun a file. The commands are beside this folder."""
