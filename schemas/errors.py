"""The one error hierarchy. Whether something is tried again is decided by its type, never by an `if`.

VirtonError
├── PermanentError      trying again cannot help: dead letter at once
│   ├── InvalidEvent        bytes that are no event, a field that breaks the contract
│   ├── UnknownVersion      an event of a newer major version
│   ├── UnreadableImage     a picture that cannot or must not be decoded
│   └── InvalidObject       a reference to another shop's object, a missing one, or one with another hash
├── RetryableError      this event may succeed on another try: 3 tries with backoff, then dead letter
└── UnavailableError    broker, store or database is away: tried without end, readiness turns false
"""

from collections.abc import Mapping


class VirtonError(Exception):
    """Anything that Virton raises on purpose; its text says what is wrong and what to do."""


class PermanentError(VirtonError):
    """Trying again cannot help."""


class InvalidEvent(PermanentError):
    """The bytes are no event of this topic."""


class UnknownVersion(PermanentError):
    """The event's major version is newer than this program."""


class UnreadableImage(PermanentError):
    """The picture cannot be decoded, or is refused before decoding (too large, another format).

    The text is English; `refusal` is the decoder's reason as a code of `models.photo.refusals` (or empty), with the
    `numbers` that the text states: for other languages.
    """

    def __init__(self, text: str, *, refusal: str = "", numbers: Mapping[str, int | str] | None = None) -> None:
        super().__init__(text)
        self.refusal = refusal
        self.numbers = dict(numbers or {})


class InvalidObject(PermanentError):
    """The referenced object is missing, belongs to another shop, or its bytes have another hash."""


class RetryableError(VirtonError):
    """This event may succeed on another try."""


class UnavailableError(VirtonError):
    """Something every event needs is away; the event waits for it."""
