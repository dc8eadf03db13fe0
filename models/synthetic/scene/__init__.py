"""Where people stand, what stands around them, and what a camera makes of it."""
