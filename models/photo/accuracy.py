"""How likely a good picture is, given what was found."""

import math
from collections.abc import Sequence
from typing import Literal

from schemas.findings import Finding, FindingCode, Severity

Verdict = Literal["accept", "warn", "reject"]

# What a sound photo promises before any feedback is known, and what each warning leaves of it. The factors are guesses
# of an order (a garment on a body that is hidden fails more often than one on a body that is small); feedback will fit
# them. All lie in (0, 1), so that no finding ever raises the product.
_SOUND = 0.9
_WARNED = 0.85
_WARNED_BY_CODE = {
    FindingCode.LOW_RESOLUTION: 0.8,
    FindingCode.CROSSED_ARMS: 0.7,
    FindingCode.HANDS_COVER_BODY: 0.75,
    FindingCode.SEATED: 0.6,
    FindingCode.SIDE_VIEW: 0.6,
    FindingCode.MULTIPLE_PEOPLE: 0.75,
}


def verdict(findings: Sequence[Finding]) -> Verdict:
    """The worst of the findings; what is only told (`info`) does not count."""
    severities = {finding.severity for finding in findings}
    if Severity.REJECT in severities:
        return "reject"
    return "warn" if Severity.WARN in severities else "accept"


def expected_accuracy(findings: Sequence[Finding]) -> float:
    """How likely the picture will look right, 0..1: 0.9 for a sound photo, times a factor for each warning, 0 for what
    is rejected. A finding never raises it."""
    if verdict(findings) == "reject":
        return 0.0
    warned = {finding.code for finding in findings if finding.severity is Severity.WARN}
    return round(_SOUND * math.prod(_WARNED_BY_CODE.get(code, _WARNED) for code in warned), 4)
