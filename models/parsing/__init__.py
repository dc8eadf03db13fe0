"""Human parsing: what every pixel of a person is."""
