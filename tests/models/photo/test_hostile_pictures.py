"""Broken and hostile files: each is decoded or refused in words, within its limits, and cleaned alike."""

import time
from collections import Counter
from pathlib import Path

import pytest

from bench.checks.attacks import KINDS, attacks
from bench.checks.hostile import MOST_BYTES, run
from models.photo.decode import Decoder, Photo
from models.photo.networks import open_reader
from models.photo.report import CheckReport, check_report
from schemas.errors import UnreadableImage

# Of another seed than the measured ten thousand; of the largest, which take a second each, a few.
_ALL = tuple(attacks(20 * len(KINDS), seed=77))
FILES = tuple(attack for at, attack in enumerate(_ALL) if attack.kind != "largest" or at < 4 * len(KINDS))


def test_every_file_is_decoded_or_refused_in_words() -> None:
    """304 files of sixteen kinds: no other error, no child that dies but for its limit, and a text for each refusal."""
    answers: Counter[str] = Counter()
    with Decoder(1) as decoder:
        for attack in FILES:
            try:
                answers[type(decoder.decode(attack.data)).__name__] += 1
            except UnreadableImage as error:
                answers[error.refusal] += 1
                assert str(error).endswith(".")
    assert answers[Photo.__name__] > len(FILES) / 4, "attacks that are only refused at the door test nothing behind it"
    assert answers["undecodable"] == 0, "a decoder crashed"
    assert {"damaged", "not_a_picture", "too_many_pixels", "too_costly", "other_format"} <= set(answers)


def test_what_is_stored_of_a_hostile_file_is_harmless() -> None:
    """Whatever decodes is made anew: small enough, and read again with the same size; nothing else is stored."""
    with Decoder(1) as decoder:
        for attack in [attack for attack in FILES if attack.kind != "largest"][:60]:
            try:
                sent = decoder.decode(attack.data)
            except UnreadableImage:
                with pytest.raises(UnreadableImage):
                    decoder.cleaned(attack.data)
                continue
            made = decoder.cleaned(attack.data)
            again = decoder.decode(made.data)
            assert (again.rgb.shape, again.media_type) == (sent.rgb.shape, made.media_type)
            assert sent.rgb.shape == (made.height, made.width, 3)


def test_the_whole_check_answers_each(weights: Path) -> None:
    """With real networks: 32 files, two of each kind, without a crash and within the memory that is promised."""
    with Decoder(1) as decoder, open_reader(weights) as reader:

        def check(name: str, data: bytes) -> CheckReport:
            return check_report(name, data, decode=decoder.decode, read=reader.read)

        summary = run(attacks(2 * len(KINDS), seed=78), check).summary()
    assert (summary["files"], sum(sum(kind.values()) for kind in summary["answers"].values())) == (32, 32)
    # Seconds on the clock, and the memory of a process that has run other tests, are for the measurement by itself.
    assert [broken for broken in summary["broken"] if not broken.endswith(" s") and "parent" not in broken] == []
    assert summary["peak_mb"]["child"] * 1_000_000 < MOST_BYTES


def test_the_same_seed_gives_the_same_files() -> None:
    """And another seed others; every kind has its turn."""
    few = len(KINDS)
    assert tuple(attacks(few, seed=77)) == _ALL[:few]
    assert tuple(attacks(few, seed=5)) != _ALL[:few]
    assert [attack.kind for attack in _ALL[:few]] == list(KINDS)


def test_a_crash_is_told() -> None:
    """The measurement sees what it is there to see: a crash, and a slow answer."""

    def check(name: str, data: bytes) -> CheckReport:
        if name == "0":
            raise ZeroDivisionError
        if name == "1":
            time.sleep(2.1)
        return CheckReport.of(name, [])

    broken = run(FILES[:3], check).summary()["broken"]
    assert [item.split(" (")[0] for item in broken if "parent" not in item] == ["0", "1"]
    assert "ZeroDivisionError" in broken[0]
