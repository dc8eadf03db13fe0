"""What cloth is made of and what is printed on it."""
