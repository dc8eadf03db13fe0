"""What shoppers are told about a finding, a refused file or their try-on, in their language.

`texts.py` has the English; the other languages are gettext catalogues, `locale/<lang>/LC_MESSAGES/virton.po`, read
when first needed. Every call answers: an unknown locale and an untranslated text are answered in English.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from models.photo.texts import TEXTS
from schemas.errors import UnreadableImage
from schemas.findings import Finding, FindingCode, Severity

LOCALE_FOLDER = Path(__file__).with_name("locale")
SOURCE = "en"
LOCALES = (SOURCE, "de", "es", "fr", "ru", "zh")

Subject = Literal["photo", "garment"]

_GRAVEST_FIRST = (Severity.REJECT, Severity.WARN, Severity.INFO)


def advice(
    code: FindingCode, severity: Severity, locale: str = SOURCE, subject: Subject = "photo", variant: str = ""
) -> str:
    """What to do about a finding, 160 characters at most in English.

    Args:
        code: what was found.
        severity: some codes are worded otherwise when they reject or are only told.
        locale: of the shopper, as `de`, `de-AT` or `zh_Hans_CN`.
        subject: which upload the finding is about.
        variant: the case, where a check tells several apart (`texts.py` names them); an unknown one is ignored.

    Raises:
        KeyError: no check of this subject finds this code.
    """
    base = f"{subject}/{code.value}"
    cases = (f"{base}/{severity.value}/{variant}", f"{base}/{severity.value}", f"{base}/{variant}", base)
    return _text(_first(cases), locale)


def hint(code: FindingCode | None, severity: Severity | None = None, locale: str = SOURCE, variant: str = "") -> str:
    """What the camera shows while it runs, two to four words; None for a photo with which nothing is wrong.

    Raises:
        KeyError: the code is not one of photos.
    """
    if code is None:
        return _text("hint/ready", locale)
    base = f"hint/{code.value}"
    cases = (f"{base}/{severity.value}" if severity else base, f"{base}/{variant}", base)
    return _text(_first(cases), locale)


def hints(locale: str = SOURCE) -> dict[str, str]:
    """All hints of the camera by code, `CODE/VARIANT` or `ready`, for a page that shows them itself."""
    prefix = "hint/"
    return {context.removeprefix(prefix): _text(context, locale) for context in TEXTS if context.startswith(prefix)}


def refusal(name: str, numbers: Mapping[str, object] = MappingProxyType({}), locale: str = SOURCE) -> str:
    """Why a file was not decoded and what to do; `numbers` fills the text's placeholders.

    Raises:
        KeyError: no refusal of this name, or a placeholder without its number.
    """
    return _text(f"refusal/{name}", locale).format_map(numbers)


def unreadable(error: UnreadableImage, locale: str = SOURCE, subject: Subject = "photo") -> str:
    """What to do about a picture that cannot be decoded: the decoder's reason, or in general where it gives none.

    An error made of a text alone tells that text, but to those who read English only.
    """
    if f"refusal/{error.refusal}" in TEXTS:
        return refusal(error.refusal, error.numbers, locale)
    if str(error) and negotiate(locale) == SOURCE:
        return str(error)
    return advice(FindingCode.UNREADABLE_IMAGE, Severity.REJECT, locale, subject)


def notice(name: str, locale: str = SOURCE, **values: object) -> str:
    """What else is said about a try-on: `no_consent`, `expired`, `cancelled`, `internal` (number), `unchanged`,
    `broken`, `unsafe`.

    Raises:
        KeyError: no notice of this name, or a placeholder without its value.
    """
    return _text(f"notice/{name}", locale).format_map(values)


def most_important(findings: Sequence[Finding]) -> Finding | None:
    """The one finding to mend first: the gravest, and of equally grave ones the first, which is the checks' order."""
    return min(findings, key=lambda finding: _GRAVEST_FIRST.index(finding.severity), default=None)


@lru_cache(maxsize=256)
def negotiate(locale: str) -> str:
    """The catalogue for a locale: `de-AT` and `de_AT` get `de`, `zh-Hans-CN` gets `zh`; English where there is none."""
    if locale == SOURCE:
        return SOURCE
    from babel import negotiate_locale

    # Language, script and region, and what remains when they are dropped from the end: zh_hans_cn, zh_hans, zh.
    parts = locale.replace("-", "_").lower().split("_", 3)[:3]
    wider = ["_".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return negotiate_locale(wider, LOCALES) or SOURCE


def _first(contexts: Sequence[str]) -> str:
    return next((context for context in contexts if context in TEXTS), contexts[-1])


def _text(context: str, locale: str) -> str:
    english = TEXTS[context]
    language = negotiate(locale)
    return english if language == SOURCE else _catalogue(language).get(context, english)


@lru_cache(maxsize=len(LOCALES))
def _catalogue(language: str) -> Mapping[str, str]:
    """The translations of a language by context: those of the English as it stands, and that no translator doubts."""
    from babel.messages.pofile import read_po

    with (LOCALE_FOLDER / language / "LC_MESSAGES" / "virton.po").open("rb") as file:
        catalogue = read_po(file, locale=language, domain="virton")
    return {
        str(message.context): str(message.string)
        for message in catalogue
        if message.context and message.string and not message.fuzzy and TEXTS.get(message.context) == message.id
    }
