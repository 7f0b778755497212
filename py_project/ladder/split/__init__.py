"""The ladder of the stratified train/test split (the exercise's stratif1)."""
