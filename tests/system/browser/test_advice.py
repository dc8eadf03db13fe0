"""What the page says about a photo: before it is there, while the camera runs, and afterwards, in any language."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Page, Route, expect

from models.photo.advice import advice, hint
from schemas.findings import FindingCode, Severity
from streams.gateway.pages import PAGE, sample_people
from tests.support import until
from tests.system.browser.room import DESKTOP, OUTCOME_WITHIN_MS, PHONE, Opener, Room, video_of_frames

pytestmark = [pytest.mark.system, pytest.mark.browser]

# Each picture stays long enough for three answers of a busy machine.
SECONDS_EACH = 5
# One round of the video and a little more; the hints of a round that came too slowly come again.
HINTS_WITHIN_S = 50
READY_GREEN = "rgb(123, 224, 164)"


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees: a rendered person in the dark, too near, and as they should stand; again and again."""
    person = cv2.imread(str(PAGE / "people" / Path(sample_people()[0].image).name))
    assert person is not None
    height, width = person.shape[:2]
    dark = np.rint(person * 0.12).astype(np.uint8)
    half = person[: height // 2, width // 4 : width // 4 + width // 2]
    near = np.asarray(cv2.resize(half, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    video = tmp_path_factory.mktemp("camera") / "three.y4m"
    frames: list[npt.NDArray[np.uint8]] = [dark, near, np.asarray(person, np.uint8)]
    video_of_frames([frame for frame in frames for _ in range(SECONDS_EACH)], video, rate=1)
    return video


def words(language: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((PAGE / "words" / f"{language}.json").read_text("utf-8"))
    return texts


def open_camera(shop: Room) -> None:
    shop.page.get_by_role("button", name="Use the camera").click()
    video = shop.page.locator("#camera-video")
    until(lambda: video.evaluate("v => v.videoWidth") > 0, 20, "a picture from the camera")


def hints_recorded(page: Page) -> None:
    """Records each hint that is shown from now on, with the guide's colour, in `window.hints`."""
    page.evaluate(
        """() => {
            window.hints = [];
            const shown = document.querySelector("#camera-hint");
            const note = () => {
                const stroke = getComputedStyle(document.querySelector(".camera-guide")).color;
                const last = window.hints.at(-1);
                if (shown.dataset.code && shown.dataset.code !== last?.code) {
                    window.hints.push({ code: shown.dataset.code, text: shown.textContent.trim(), stroke });
                }
            };
            new MutationObserver(note).observe(shown, { attributes: true, childList: true, subtree: true });
        }"""
    )


def test_the_guide_shows_right_and_wrong(room: Opener) -> None:
    """Before the upload, pictures show what to do and what not, each with a text for those who cannot see it; the
    pieces stay in sight. On a phone the guide folds; with a photo it goes."""
    shop = room(DESKTOP)
    pictures = shop.page.locator("#guidance img")
    expect(pictures).to_have_count(9)
    pictures.evaluate_all("all => Promise.all(all.map((image) => image.decode()))")
    texts = pictures.evaluate_all("all => all.map((image) => image.alt)")
    assert len(set(texts)) == 9
    assert [text.split(":")[0] for text in texts] == ["Right", *["Not like this"] * 8]
    expect(shop.page.locator(".tile").first).to_be_in_viewport(ratio=0.9)
    assert sum(path.stat().st_size for path in (PAGE / "guide").iterdir()) < 250_000

    shop = room(PHONE)
    shop.page.locator("#guidance summary").click()
    expect(shop.page.locator("#guidance img").first).not_to_be_visible()
    shop.page.locator("#guidance summary").click()
    expect(shop.page.locator("#guidance img").first).to_be_visible()
    assert shop.overflow() == 0
    shop.page.locator(".person").first.click()
    expect(shop.page.locator("#guidance")).not_to_be_visible()


def test_live_hints_change_with_what_the_camera_sees(room: Opener) -> None:
    """In the dark more light is asked for, too near a step back, and whoever stands well is told so, with the guide
    in green; each hint is also read out, once."""
    shop = room(PHONE)
    shop.agree()
    open_camera(shop)
    hints_recorded(shop.page)
    shop.page.evaluate(
        """() => {
            window.said = [];
            const live = document.querySelector("#camera .said");
            const note = () => live.textContent && window.said.push(live.textContent);
            new MutationObserver(note).observe(live, { childList: true });
        }"""
    )

    def seen() -> dict[str, dict[str, str]]:
        return {shown["code"]: shown for shown in shop.page.evaluate("window.hints")}

    until(lambda: {"too_dark", "not_full_length", "ready"} <= set(seen()), HINTS_WITHIN_S, "all three hints")
    shown = seen()
    assert shown["too_dark"]["text"] == hint(FindingCode.TOO_DARK, Severity.WARN)
    assert "back" in shown["not_full_length"]["text"].lower()
    assert shown["ready"]["text"] == "Ready"
    expect(shop.page.locator("#camera")).to_have_attribute("data-hint", re.compile("ready|todo"))
    assert shown["too_dark"]["stroke"] != READY_GREEN
    said = shop.page.evaluate("window.said")
    assert {"Ready", shown["too_dark"]["text"]} <= set(said)
    assert all(one != following for one, following in pairwise(said))


def test_hints_ask_politely(room: Opener) -> None:
    """One frame at a time, reduced, with the category, at least 600 ms apart; after a 429 not before the service
    allows it; nothing is sent without consent, while nobody sees the page, or once the photo is taken."""
    shop = room(PHONE)
    page = shop.page
    sent: list[float] = []
    refused: list[int] = []
    busy = {"now": False}
    report = {"photo": "frame.jpg", "verdict": "accept", "findings": [], "expected_accuracy": 0.9}

    def answer(route: Route) -> None:
        sent.append(page.evaluate("performance.now()"))
        if busy["now"]:
            # Once: which frame was refused, and which is the next, must not depend on when we look.
            busy["now"] = False
            refused.append(len(sent) - 1)
            problem = '{"status": 429, "code": "busy", "detail": "Later."}'
            route.fulfill(
                status=429, headers={"Retry-After": "3"}, content_type="application/problem+json", body=problem
            )
        else:
            route.fulfill(json=report)

    page.route("**/v1/checks", answer)
    shop.wear("sunset-tee")
    open_camera(shop)
    expect(page.get_by_label("Tell me how to stand")).not_to_be_checked()
    page.wait_for_timeout(800)
    assert sent == []

    with page.expect_request("**/v1/checks") as first:
        page.get_by_label("Tell me how to stand").check()
    form = first.value.post_data_buffer or b""
    assert b'name="category"\r\n\r\nupper' in form
    assert b'name="locale"\r\n\r\nen-GB' in form
    start = form.index(b"\xff\xd8\xff")
    frame = cv2.imdecode(np.frombuffer(form[start:], np.uint8), cv2.IMREAD_COLOR)
    assert frame is not None
    assert max(frame.shape) == 960
    expect(page.locator("#camera-hint")).to_have_text("Ready")
    assert page.locator(".camera-guide").evaluate("e => getComputedStyle(e).color") == READY_GREEN
    shop.screenshot("phone-camera-ready")
    assert min(np.diff(sent)) > 550

    busy["now"] = True
    until(lambda: _is_followed(page, sent, refused), 10, "a refusal and the next frame")
    assert sent[refused[0] + 1] - sent[refused[0]] >= 2950

    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => window.unseen, configurable: true })")
    page.evaluate("window.unseen = true")
    assert _after(page, sent, 1500) <= 1
    page.evaluate("window.unseen = false; document.dispatchEvent(new Event('visibilitychange'))")
    assert _after(page, sent, 1500) >= 1

    page.get_by_label("Now").check()
    page.get_by_role("button", name="Take the photo").click()
    expect(page.locator("#camera-hint")).not_to_be_visible()
    assert _after(page, sent, 1200) == 0
    page.get_by_role("button", name="Close the camera").click()
    shop.forgive_refusals()


def _is_followed(page: Page, sent: list[float], refused: list[int]) -> bool:
    """True once the frame after the refused one was sent."""
    page.wait_for_timeout(200)
    return bool(refused) and len(sent) > refused[0] + 1


def _after(page: Page, sent: list[float], ms: float) -> int:
    """How many frames are sent in the next `ms`."""
    before = len(sent)
    page.wait_for_timeout(ms)
    return len(sent) - before


def test_a_hint_at_a_threshold_does_not_flicker(room: Opener) -> None:
    """A hint changes after two equal answers only; a person who is too small in the reduced frame alone is not told
    to come closer."""
    page = room().page
    shown = page.evaluate(
        """async () => {
            const { Steady } = await import("/static/js/hints.js");
            const steady = new Steady();
            return [..."aababbabacc"].map((code) => steady.offer(code));
        }"""
    )
    assert shown == [None, *"aaaabbbbbc"]

    def hinted(severity: str, value: float, scale: float) -> str:
        finding = {"code": "low_resolution", "severity": severity, "value": value, "threshold": 512, "hint": "Closer"}
        code: str = page.evaluate(
            "async ([report, scale]) => (await import('/static/js/hints.js')).hintOf(report, scale).code",
            [{"findings": [finding]}, scale],
        )
        return code

    assert [hinted("warn", 300, scale) for scale in (1, 1.7, 2)] == ["low_resolution", "low_resolution", "ready"]
    assert hinted("reject", 300, 2) == "low_resolution"


def test_findings_show_the_most_important_first(room: Opener, samples: Path) -> None:
    """One finding with its advice, the others folded; how likely a good picture is stands there in words."""
    report: dict[str, Any] = {
        "photo": "photo.jpg",
        "verdict": "warn",
        "expected_accuracy": 0.55,
        "findings": [
            {
                "code": "monochrome_clothes",
                "severity": "info",
                "value": 1,
                "threshold": 1,
                "advice": "Info.",
                "hint": "",
            },
            {"code": "side_view", "severity": "warn", "value": 60, "threshold": 45, "advice": "Turn.", "hint": ""},
            {"code": "too_dark", "severity": "warn", "value": 1, "threshold": 1, "advice": "Light.", "hint": ""},
        ],
    }
    shop = room()
    shop.page.route("**/v1/checks", lambda route: route.fulfill(json=report))
    shop.agree()
    shop.choose_photo(samples / "person" / "p13_man_full_frontal.png")
    checks = shop.page.locator("#photo-checks")
    expect(checks.locator(".finding:visible")).to_have_count(1)
    expect(checks.locator(".finding:visible")).to_contain_text("Could be better")
    expect(checks.locator(".finding:visible")).to_contain_text("You are seen from the side")
    expect(checks.locator(".chance")).to_have_text("Fair chance that the picture will look right")
    checks.locator("summary").click()
    codes = checks.locator(".finding:visible").evaluate_all("all => all.map((e) => e.dataset.code)")
    assert codes == ["side_view", "too_dark", "monochrome_clothes"]
    shop.screenshot("desktop-2-findings")


def test_a_retake_keeps_the_garment(room: Opener, samples: Path, garment: Path) -> None:
    """A rejected photo is told at once what to do and how to go on; a new photo keeps the shopper's own piece, its
    category and the consent."""
    shop = room(PHONE)
    shop.page.set_input_files("#garment-file", garment)
    shop.page.get_by_label("Top", exact=True).check()
    shop.agree()
    shop.choose_photo(samples / "garment" / "g11_lower_denim_shorts.jpg")
    checks = shop.page.locator("#photo-checks")
    expect(checks.locator(".finding").first).to_have_attribute("data-code", "no_person", timeout=OUTCOME_WITHIN_MS)
    expect(checks.get_by_role("button", name="Choose another")).to_be_visible()
    shop.screenshot("phone-rejected")
    before = shop.photo.get_attribute("src")
    checks.get_by_role("button", name="Take another").click()
    shop.page.get_by_label("Now").check()
    until(lambda: shop.page.locator("#camera-video").evaluate("v => v.videoWidth") > 0, 20, "a picture")
    shop.page.get_by_role("button", name="Take the photo").click()
    shop.page.get_by_role("button", name="Use this photo").click()
    expect(shop.photo).not_to_have_attribute("src", before or "")
    expect(shop.page.locator(".tile[data-id='own']")).to_have_attribute("aria-pressed", "true")
    expect(shop.page.get_by_label("Top", exact=True)).to_be_checked()
    expect(shop.page.locator("#agreed")).to_be_checked()
    expect(shop.page.locator("#missing")).to_have_text("Your own piece")


def test_a_german_browser_gets_german_advice(room: Opener, samples: Path) -> None:
    """The page and the service's advice are in the browser's language; another one can be chosen without losing the
    photo, and stays chosen on the other page."""
    shop = room(locale="de-AT")
    german, french = words("de"), words("fr")
    assert shop.page.evaluate("document.documentElement.lang") == "de"
    expect(shop.page.get_by_role("heading", name=german["photo.title"])).to_be_visible()
    expect(shop.page.locator("#guidance img").first).to_have_attribute("alt", german["guide.right.alt"])
    shop.agree()
    shop.choose_photo(samples / "garment" / "g11_lower_denim_shorts.jpg")
    finding = shop.page.locator("#photo-checks .finding").first
    told = advice(FindingCode.NO_PERSON, Severity.REJECT, "de")
    expect(finding).to_contain_text(told, timeout=OUTCOME_WITHIN_MS)
    expect(finding).to_contain_text(german["finding.no_person"])
    shop.screenshot("desktop-german")

    shop.page.locator("#language").select_option("fr")
    expect(shop.page.locator("#go")).to_have_text(french["go.try"])
    expect(finding).to_contain_text(advice(FindingCode.NO_PERSON, Severity.REJECT, "fr"), timeout=OUTCOME_WITHIN_MS)
    expect(shop.photo).to_be_visible()
    shop.open("/gallery")
    expect(shop.page.get_by_role("heading", level=1)).to_have_text(french["page.looks"])
    shop.open("/gallery?lang=ru")
    expect(shop.page.get_by_role("heading", level=1)).to_have_text(words("ru")["page.looks"])
