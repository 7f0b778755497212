"""The engines that are asked from Python, each as a skilled user of it would write it."""
