"""Tuples of photos and truth: chosen by a seed, rendered, kept in shards."""
