"""The page's texts: complete in every language, and none beside them."""

import json
import re
from html.parser import HTMLParser

import pytest

from models.photo.advice import LOCALES
from schemas.events import FeedbackReason, Reason
from schemas.findings import FindingCode, Severity
from streams.gateway.pages import PAGE

LABELS = ("alt", "aria-label", "content")


def words(language: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((PAGE / "words" / f"{language}.json").read_text("utf-8"))
    return texts


class Marked(HTMLParser):
    """Collects what a page's marked elements and attributes say, by key; `bare` is text that has no key."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self.bare: list[str] = []
        self._key: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._key = given.get("data-t")
        for label in LABELS:
            key = given.get(f"data-t-{label}")
            if key:
                self.said[key] = given.get(label) or ""

    def handle_data(self, data: str) -> None:
        text = data.strip()
        if self._key:
            self.said[self._key] = text
            self._key = None
        elif text:
            self.bare.append(text)


def marked(page: str) -> Marked:
    parser = Marked()
    parser.feed((PAGE / page).read_text("utf-8"))
    return parser


@pytest.mark.parametrize("language", LOCALES)
def test_every_language_says_everything(language: str) -> None:
    """Each language of the advice has a text for every key of English, none empty, with the same placeholders, and
    none but English is English."""
    english, texts = words("en"), words(language)
    assert list(texts) == list(english)
    assert [key for key, text in texts.items() if not text.strip()] == []
    holes = {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in texts.items()}
    assert holes == {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in english.items()}
    # "5 s" and "Versions" are the same elsewhere.
    same = sum(texts[key] == english[key] for key in english)
    assert same == len(english) if language == "en" else same < 6


def test_the_choice_offers_the_languages_there_are() -> None:
    """The scripts name exactly the languages that the advice comes in."""
    offered = re.search(r"LANGUAGES = \{(.*?)\}", (PAGE / "js" / "words.js").read_text("utf-8"))
    spoken = re.search(r"spoken = \[(.*?)\]", (PAGE / "js" / "language.js").read_text("utf-8"))
    assert offered is not None
    assert spoken is not None
    assert re.findall(r"(\w\w): ", offered[1]) == list(LOCALES)
    assert re.findall(r'"(\w\w)"', spoken[1]) == list(LOCALES)


@pytest.mark.parametrize("page", ["index.html", "gallery.html"])
def test_the_pages_say_what_the_english_file_says(page: str) -> None:
    """A page is written in the English of `en.json`, and nothing in it but the name is without a key."""
    found, english = marked(page), words("en")
    assert found.said == {key: english.get(key) for key in found.said}
    assert set(found.bare) <= {"Virton"}


def test_the_scripts_ask_for_texts_that_there_are() -> None:
    """Every key that a script names is in the file, and every key in the file is used by a page or a script."""
    script = "\n".join(path.read_text("utf-8") for path in sorted((PAGE / "js").glob("*.js")))
    english = words("en")
    areas = {key.split(".")[0] for key in english}
    named = set(re.findall(r'"([a-z]+(?:\.[\w-]+)+)"', script))
    asked = {key for key in named if key.split(".")[0] in areas and not key.endswith(".jpg")}
    assert asked <= set(english)
    made = (
        {f"finding.{code}" for code in FindingCode}
        | {f"severity.{severity}" for severity in Severity}
        | {f"failure.{reason}.{part}" for reason in Reason for part in ("title", "text")}
        | {f"reason.{reason}" for reason in FeedbackReason}
    )
    assert made <= set(english)
    built = tuple(f"{prefix}." for prefix in re.findall(r"`([a-z]+)\.\$\{", script))
    unused = set(english) - asked - made - set(marked("index.html").said) - set(marked("gallery.html").said)
    assert {key for key in unused if not key.startswith(built)} == set()
