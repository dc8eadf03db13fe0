"""The photo and garment checks against truth: a set of rendered people and products, and what the checks say of it."""
