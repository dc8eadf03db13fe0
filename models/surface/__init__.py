"""Body surface: which point of the body every pixel shows."""
