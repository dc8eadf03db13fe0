"""What is held back of stderr, by one thread or several, and that stderr is itself again afterwards."""

import os
import threading

import pytest

from models.pose.quiet import native_noise_held_back


def test_threads_that_overlap_leave_stderr_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    """The first to begin ends first: noise of the other is still held back, and later lines are not lost."""
    begun, ended = threading.Event(), threading.Event()

    def first() -> None:
        with native_noise_held_back():
            begun.set()
            assert ended.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(10)
    with native_noise_held_back():
        ended.set()
        thread.join()
        os.write(2, b"W0000 00:00:1 noise.cc:1] noise\n")
        os.write(2, b"a word\n")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "a word\nafterwards\n"
