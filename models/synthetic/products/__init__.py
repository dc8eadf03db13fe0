"""Product photos as shops show them."""
