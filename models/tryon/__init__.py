"""Try-on: agnostic mask, warp, composite, assessment, behind one port."""
