"""Runs of pixels in a row."""

import numpy as np
import numpy.typing as npt


def longest_run(row: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Begin and end (the first behind it) of the most True that follow each other in a row (N,); (0, 0) for none."""
    steps = np.diff(row.astype(np.int8), prepend=0, append=0)
    begins, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    if begins.size == 0:
        return 0, 0
    longest = int(np.argmax(ends - begins))
    return int(begins[longest]), int(ends[longest])
