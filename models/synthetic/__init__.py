"""Rendered people: bodies, clothes and photos of them, with the exact truth of everything that Virton has to see.

Space is metres, right-handed: x points to the person's left (a frontal camera's right), y away from a frontal camera,
z up. The floor under a figure is z = 0.
"""
