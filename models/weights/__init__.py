"""Networks' weights: one manifest, and what fetches them into a folder."""
