"""The ladder of the stratified k-fold (the exercise's stratif2)."""
