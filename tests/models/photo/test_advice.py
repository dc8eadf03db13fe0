"""Texts for shoppers: each one that is asked for is there, in six languages and, as far as programs see, well made."""

import io
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from models.photo import advice as texts
from models.photo.advice import (
    LOCALE_FOLDER,
    LOCALES,
    advice,
    hint,
    hints,
    most_important,
    negotiate,
    notice,
    refusal,
    unreadable,
)
from models.photo.refusals import Refusal
from models.photo.texts import MOST_CHARACTERS, MOST_HINT_CHARACTERS, TEXTS
from schemas.errors import UnreadableImage
from schemas.findings import Finding, FindingCode, Severity

SOURCE_FILE = Path(texts.__file__).with_name("texts.py")
TRANSLATED = LOCALES[1:]
GARMENT_ONLY = {
    FindingCode.NO_GARMENT,
    FindingCode.GARMENT_CROPPED,
    FindingCode.SEVERAL_GARMENTS,
    FindingCode.CATEGORY_MISMATCH,
}
PHOTO_CODES = [code for code in FindingCode if code not in GARMENT_ONLY]
GARMENT_CODES = [*GARMENT_ONLY, FindingCode.UNREADABLE_IMAGE]
SUBJECTS = [("photo", code) for code in PHOTO_CODES] + [("garment", code) for code in GARMENT_CODES]

# Letters of the language's own script, and words that address the reader familiarly (the whole word, any case).
SCRIPTS = {"de": "A-Za-zÄÖÜäöüß", "es": "A-Za-zÁÉÍÓÚÜÑáéíóúüñ", "fr": "A-Za-zÀ-ÿŒœ", "ru": "А-Яа-яЁё", "zh": "一-鿿"}
FAMILIAR = {
    "de": r"du|dich|dir|dein\w*|euch|euer|eure\w*",
    "es": r"tú|te|ti|tu|tus|vosotros|vuestr\w+|contigo",
    "fr": r"tu|te|toi|ton|ta|tes",
    "ru": r"ты|тебя|тебе|тво\w+",
    "zh": r"你",
}
# What may stand in Latin letters in any script: formats.
NAMES = re.compile(r"\{\w+\}|JPEG|PNG|WebP|HEIC")


def extracted() -> dict[str, str]:
    """The texts by context, as `pybabel extract` finds them in the source."""
    found = extract("python", io.BytesIO(SOURCE_FILE.read_bytes()), keywords={"pgettext": ((1, "c"), 2)})
    pairs = [(str(context), str(text)) for _, text, _, context in found]
    assert len(dict(pairs)) == len(pairs), "a context is used twice"
    return dict(pairs)


def catalogue(path: Path, locale: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def messages(locale: str) -> dict[str, Message]:
    """The locale's messages by context, without the header."""
    read = catalogue(LOCALE_FOLDER / locale / "LC_MESSAGES" / "virton.po", locale)
    assert not read.fuzzy
    assert not read.obsolete
    return {str(message.context): message for message in read if message.id}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def most(context: str) -> int:
    return MOST_HINT_CHARACTERS if context.startswith("hint/") else MOST_CHARACTERS


def test_what_is_used_is_what_is_extracted() -> None:
    """A translator's tools find exactly the texts that the program tells, and the template has them."""
    assert extracted() == TEXTS
    template = {str(m.context): str(m.id) for m in catalogue(LOCALE_FOLDER / "virton.pot") if m.id}
    assert template == TEXTS


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_catalogue_is_complete(locale: str) -> None:
    """Each text is there, translated from the English as it now stands, not empty, not English, not doubtful, with
    the same placeholders, and not longer than it may be."""
    found = messages(locale)
    assert {context: str(message.id) for context, message in found.items()} == TEXTS
    for context, message in found.items():
        text = str(message.string)
        assert text.strip() == text != "", context
        assert text != message.id, context
        assert not message.fuzzy, context
        assert fields(text) == fields(str(message.id)), context
        assert len(text) <= most(context), f"{context} has {len(text)} characters"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_catalogue_is_in_its_own_script_and_formal(locale: str) -> None:
    """Every letter belongs to the language's alphabet (names of file formats apart), and nobody is addressed as a
    friend: Sie, usted, vous, вы, 您."""
    foreign = re.compile(rf"[^\W\d_{SCRIPTS[locale]}]")
    familiar = re.compile(FAMILIAR[locale] if locale == "zh" else rf"\b(?:{FAMILIAR[locale]})\b", re.IGNORECASE)
    for context, message in messages(locale).items():
        text = NAMES.sub("", str(message.string))
        assert re.search(f"[{SCRIPTS[locale]}]", text), context
        assert not foreign.search(text), f"{context}: {text}"
        assert not familiar.search(text), f"{context}: {text}"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_catalogue_says_different_things_differently(locale: str) -> None:
    """Two English texts never share a translation: a line that was pasted twice would be seen."""
    found = [str(message.string) for message in messages(locale).values()]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("locale", LOCALES)
def test_texts_are_short_sentences(locale: str) -> None:
    """Two sentences at most, each ended by a full stop (or the number to tell); hints are two to five words in English
    and have no full stop; typography is that of the language."""
    for context, english in TEXTS.items():
        text = texts._text(context, locale)
        stop = "。" if locale == "zh" else "."
        if context.startswith("hint/"):
            assert not text.endswith(stop), context
            assert locale != "en" or context == "hint/ready" or 2 <= len(english.split()) <= 5, context
        else:
            assert 1 <= text.count(stop) <= 2, context
            assert text.endswith((stop, "{number}")), context
        assert "  " not in text, context
        assert locale != "fr" or not re.search(r"[^\u00a0\u202f][;:!?]|'", text), context
        assert locale != "zh" or not re.search(r"[,.;:!?]", text), context


def test_english_texts_are_within_their_length() -> None:
    """160 characters, 28 for a hint."""
    assert not {context: len(text) for context, text in TEXTS.items() if len(text) > most(context)}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_finding_has_advice(locale: str) -> None:
    """Whatever a check of photos or garments can say, at whatever severity, there is a text in the language, and for
    those of photos a hint."""
    for subject, code in SUBJECTS:
        for severity in Severity:
            text = advice(code, severity, locale, subject)  # type: ignore[arg-type]
            assert text
            assert (text in TEXTS.values()) == (locale == "en")
            if subject == "photo":
                assert (hint(code, severity, locale) in TEXTS.values()) == (locale == "en")
    assert hint(None, locale=locale) == hints(locale)["ready"]


def test_every_text_is_told() -> None:
    """No text is left that nothing asks for: each is the answer to some code, severity and variant, or has a name."""
    told: set[str] = set()
    variants = {context.split("/")[-1] for context in TEXTS} | {""}
    for subject, code in SUBJECTS:
        for severity in Severity:
            told |= {advice(code, severity, "en", subject, variant) for variant in variants}  # type: ignore[arg-type]
    for code in PHOTO_CODES:
        told |= {hint(code, severity, "en", variant) for severity in Severity for variant in variants}
    told.add(hint(None))
    prefixes = {"refusal/", "notice/"}
    left = [c for c, text in TEXTS.items() if text not in told and not any(c.startswith(p) for p in prefixes)]
    assert not left
    assert {c.removeprefix("refusal/") for c in TEXTS if c.startswith("refusal/")} == {r.value for r in Refusal}


def test_the_most_specific_text_is_told() -> None:
    """Severity and variant, then severity, then variant, then the code; an unknown variant is ignored."""
    code = FindingCode.NOT_FULL_LENGTH
    plain = advice(code, Severity.WARN)
    assert advice(code, Severity.WARN, variant="nose") == plain
    feet, told = advice(code, Severity.WARN, variant="feet"), advice(code, Severity.INFO)
    assert len({plain, feet, told}) == 3
    assert advice(code, Severity.INFO, variant="feet") == told
    small = FindingCode.LOW_RESOLUTION
    assert advice(small, Severity.REJECT, variant="picture") != advice(small, Severity.REJECT)
    assert hint(code, Severity.WARN, variant="feet") == "Show your feet"
    assert hint(code, Severity.WARN) == "Step back"


def test_a_garments_codes_are_not_a_photos() -> None:
    """Asking for advice that no check can need is a mistake in the program, and is not answered."""
    with pytest.raises(KeyError):
        advice(FindingCode.NO_GARMENT, Severity.REJECT, "en", "photo")
    with pytest.raises(KeyError):
        hint(FindingCode.NO_GARMENT)


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("ES-419", "es"),
        ("fr-CA", "fr"),
        ("zh-Hans-CN", "zh"),
        ("zh_CN", "zh"),
        ("ru-RU-u-ca-gregory", "ru"),
        ("pt", "en"),
        ("pt-BR", "en"),
        ("en-GB", "en"),
        ("deutsch", "en"),
        ("", "en"),
        ("-", "en"),
        ("../de", "en"),
        ("d" * 100_000, "en"),
        ("de-" * 100_000, "de"),
    ],
)
def test_the_locale_is_negotiated(asked: str, language: str) -> None:
    """Region and script are dropped until a language is left that there is; otherwise English."""
    assert negotiate(asked) == language
    assert advice(FindingCode.BLURRY, Severity.WARN, asked) == advice(FindingCode.BLURRY, Severity.WARN, language)


@given(st.text(max_size=20))
def test_no_locale_leaves_a_finding_without_advice(asked: str) -> None:
    """Whatever a shop sends as the locale, there is a text and no error."""
    assert negotiate(asked) in LOCALES
    assert advice(FindingCode.BLURRY, Severity.WARN, asked)


@pytest.mark.parametrize("locale", LOCALES)
def test_numbers_are_filled_in(locale: str) -> None:
    """Refusals and notices state their numbers in every language; a missing one is a mistake in the program."""
    text = refusal("side_too_long", {"width": 70001, "height": 17, "most": 65535}, locale)
    assert all(number in text for number in ("70001", "17", "65535"))
    assert "GIF" in refusal("other_format", {"format": "GIF"}, locale)
    assert "4711" in notice("internal", locale, number="4711")
    with pytest.raises(KeyError):
        refusal("other_format", {}, locale)


def test_an_unreadable_picture_is_explained() -> None:
    """By the decoder's reason in the shopper's language; by the error's own text where it has no reason, but not to
    those who read another language; for a garment in a garment's words."""
    reasoned = UnreadableImage("This file is empty.", refusal="empty")
    assert unreadable(reasoned, "de") == refusal("empty", locale="de")
    plain = UnreadableImage("Something odd.")
    assert unreadable(plain, "en") == "Something odd."
    assert unreadable(plain, "fr") == advice(FindingCode.UNREADABLE_IMAGE, Severity.REJECT, "fr")
    photo, garment = (unreadable(plain, "fr", subject) for subject in ("photo", "garment"))
    assert photo != garment


def test_one_most_important_thing() -> None:
    """The gravest, and of equally grave ones the first; nothing where nothing was found."""
    info, dark, blurry, nobody = (
        Finding(code=FindingCode.NOT_FULL_LENGTH, severity=Severity.INFO),
        Finding(code=FindingCode.TOO_DARK, severity=Severity.WARN),
        Finding(code=FindingCode.BLURRY, severity=Severity.WARN),
        Finding(code=FindingCode.NO_PERSON, severity=Severity.REJECT),
    )
    assert most_important([]) is None
    assert most_important([info, dark, blurry]) is dark
    assert most_important([info, blurry, dark]) is blurry
    assert most_important([info, dark, nobody, blurry]) is nobody


def test_an_outdated_or_doubtful_translation_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the English has changed since, or a translator marked the entry fuzzy, the English is told."""
    entries = (
        '#, fuzzy\nmsgctxt "hint/seated"\nmsgid "Stand up"\nmsgstr "Aufgestanden"\n\n'
        'msgctxt "hint/blurry"\nmsgid "Do not move"\nmsgstr "Nicht bewegen"\n\n'
        'msgctxt "hint/too_dark"\nmsgid "More light"\nmsgstr "Mehr Licht"\n'
    )
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    path = tmp_path / "de" / "LC_MESSAGES" / "virton.po"
    path.parent.mkdir(parents=True)
    path.write_text(header + entries)
    monkeypatch.setattr(texts, "LOCALE_FOLDER", tmp_path)
    texts._catalogue.cache_clear()
    try:
        seen = [hint(code, None, "de") for code in (FindingCode.SEATED, FindingCode.BLURRY, FindingCode.TOO_DARK)]
    finally:
        texts._catalogue.cache_clear()
    assert seen == ["Stand up", "Hold still", "Mehr Licht"]
