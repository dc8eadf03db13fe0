"""Logs: what the libraries repeat is told once."""

import logging

from streams.observe import SAME_MESSAGE_EVERY_S, ClientsNotAgain


def record(name: str, message: str, at: float, *args: object) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.ERROR, "file.py", 1, message, args, None)
    made.created = at
    return made


def test_a_client_does_not_repeat_itself() -> None:
    """An absent broker is told of once in ten seconds by each logger, not at each of the forty attempts a second."""
    once = ClientsNotAgain()
    assert once.filter(record("aiokafka.conn", "Unable to connect to %s", 100.0, "a"))
    assert not once.filter(record("aiokafka.conn", "Unable to connect to %s", 100.1, "b"))
    assert once.filter(record("aiokafka.conn", "Something else", 100.2))
    assert once.filter(record("aiokafka.conn", "Unable to connect to %s", 100.1 + SAME_MESSAGE_EVERY_S, "c"))


def test_our_own_lines_are_all_told() -> None:
    """One line per event and stage: none is dropped for looking like the one before."""
    once = ClientsNotAgain()
    assert all(once.filter(record("streams.delivery", "stage.event", 100.0)) for _ in range(3))
