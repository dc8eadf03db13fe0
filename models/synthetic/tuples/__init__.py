"""Tuples: a person in garment A, product photos of garment B, the same person in B, and the truth of all of them.

A recipe follows from the seed and the tuple's number alone; composing it calls bodies, garments, drape, scene, raster,
light and products; shards keep the result.
"""
