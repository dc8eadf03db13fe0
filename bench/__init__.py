"""`make bench`: delivery against bare loops, and the local run from upload to picture. Nothing imports it."""
