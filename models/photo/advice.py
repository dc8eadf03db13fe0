"""What a finding tells the shopper to do, by language and severity. One place for all texts, so that one can translate.

Texts say what is wrong in a few words, then what to do.
"""

from collections.abc import Mapping

from schemas.findings import FindingCode, Severity

_Texts = Mapping[tuple[FindingCode, Severity], str]

_ENGLISH: _Texts = {
    (FindingCode.NO_PERSON, Severity.REJECT): (
        "We cannot see a person in this photo. Take one that shows you from head to feet, facing the camera."
    ),
    (FindingCode.LOW_RESOLUTION, Severity.REJECT): (
        "You are too small in this photo. Come closer to the camera, or upload the original instead of a reduced copy."
    ),
    (FindingCode.LOW_RESOLUTION, Severity.WARN): (
        "You are rather small in this photo, so details may get lost. Come closer, or upload the original."
    ),
}

_TEXTS: Mapping[str, _Texts] = {"en": _ENGLISH}


def advice(code: FindingCode, severity: Severity, locale: str = "en") -> str:
    """The text in the locale's language (`de`, `de-AT`), in English where there is none."""
    texts = _TEXTS.get(locale[:2], _ENGLISH)
    return texts.get((code, severity)) or _ENGLISH[code, severity]
