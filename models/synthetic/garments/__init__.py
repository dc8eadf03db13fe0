"""Garments: each is built once over the base mesh, and fits every body."""
