"""Messages that a consumer outside the stages cannot decode: to the dead letters, with kafka-python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaProducer
from kafka.errors import MessageSizeTooLargeError

from schemas.envelope import Context, encode
from schemas.events import DeadLetter
from streams.letters import RawMessage, dead_letter, letter_context, shorter
from streams.observe import DEAD_LETTERS

STAGE = "collect"


@dataclass(frozen=True)
class Undecodable:
    """A message and what is wrong with it."""

    message: RawMessage
    error: Exception


class KafkaUndecodable:
    """Publishes dead letters and waits for the broker's answer. Connects at the first one, for most never come."""

    def __init__(self, options: Mapping[str, Any], within_s: float) -> None:
        """`within_s`: how long an answer may take."""
        self._options = options
        self._within_s = within_s
        self._producer: KafkaProducer | None = None

    def publish(self, messages: Sequence[Undecodable]) -> None:
        """Returns once the broker has every dead letter. Raises KafkaError."""
        for each in messages:
            letter = dead_letter(each.message, STAGE, each.error)
            self._publish(letter, letter_context(each.message, STAGE))
            DEAD_LETTERS.labels(STAGE, letter.error).inc()

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._producer is not None:
            self._producer.close(timeout=self._within_s)
            self._producer = None

    def _publish(self, letter: DeadLetter, context: Context) -> None:
        """The letter, or the longest of its shorter forms that the broker takes."""
        while True:
            try:
                self._send(letter, context)
            except MessageSizeTooLargeError:
                self.close()  # what the broker refuses for good leaves a hole in the numbers of an idempotent producer
                less = shorter(letter)
                if less is None:
                    raise
                letter = less
            else:
                return

    def _send(self, letter: DeadLetter, context: Context) -> None:
        if self._producer is None:
            self._producer = KafkaProducer(acks="all", enable_idempotence=True, **self._options)
        sent = encode(letter, context)
        answer = self._producer.send(sent.topic, value=sent.value, key=sent.key, headers=sent.headers)
        answer.get(timeout=self._within_s)
