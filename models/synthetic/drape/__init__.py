"""How cloth hangs on a body: folds, tension, layers that do not collide."""
