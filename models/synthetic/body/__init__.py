"""Bodies of real proportions, and how they stand and sit."""
