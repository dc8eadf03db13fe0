"""Procedural textures: nothing of them is anybody's photo."""
