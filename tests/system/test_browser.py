"""The fitting-room page in Chromium, the whole way to a picture and on to the shopper's verdict."""

import io
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from tests.support import until
from tests.system.browser import (
    DESKTOP,
    NARROW,
    OUTCOME_WITHIN_MS,
    PHONE,
    TABLET,
    Room,
    chromium,
    form_recorded,
    form_seen,
    progress_seen,
    recorded,
    video_of,
)
from tests.system.service import Service

pytestmark = [pytest.mark.system, pytest.mark.browser]

Opener = Callable[..., Room]
# What the browser itself writes when an answer is a problem; tests that provoke one expect it.
REFUSED = "Failed to load resource"


@pytest.fixture(scope="module")
def camera(person: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The person as a video: what the camera sees."""
    video = tmp_path_factory.mktemp("camera") / "person.y4m"
    video_of(person, video)
    return video


# Not of the session: Playwright's loop must not run while other modules' tests run theirs.
@pytest.fixture(scope="module")
def browser(camera: Path, service: Service) -> Iterator[Browser]:
    """One Chromium for this module."""
    with chromium(camera) as opened:
        yield opened


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    return Path(os.environ.get("VIRTON_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))


@pytest.fixture
def room(browser: Browser, service: Service, screenshots: Path) -> Iterator[Opener]:
    """Opens the page as a new shopper: `room(size)`. Afterwards nothing may have gone wrong that was not provoked."""
    opened: list[Room] = []

    def enter(size: tuple[int, int] = DESKTOP, path: str = "/") -> Room:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", locale="en-GB"
        )
        context.set_default_timeout(20_000)
        opened.append(Room(context.new_page(), service.url, screenshots))
        return opened[-1].open(path)

    yield enter
    for shown in opened:
        shown.page.context.close()
    assert [text for shown in opened for text in shown.wrong] == []


def provoked(room: Room) -> None:
    """Forgets the complaints about refused requests, which the test caused on purpose."""
    room.wrong = [text for text in room.wrong if not text.startswith(REFUSED)]


def size_of(photo: Path) -> tuple[int, int]:
    with Image.open(photo) as picture:
        return picture.size


def tryon_of(page: Page) -> str:
    """The id of the try-on on the screen."""
    found = re.search(r"/v1/tryons/([0-9a-f-]+)/", page.locator(".compare .after").get_attribute("src") or "")
    assert found is not None
    return found[1]


def judged(service: Service) -> tuple[int, int]:
    """Pictures judged so far, and those of them found right, as the API tells."""
    figures = httpx.get(f"{service.url}/v1/accuracy?by=week").json()["figures"]
    return sum(figure["n"] for figure in figures), sum(figure["accurate"] for figure in figures)


def test_from_a_photo_to_a_picture(room: Opener, service: Service, person: Path) -> None:
    """A file, a piece, consent: the bar goes through all three stages and never back, and the picture that is shown
    has the photo's size, lies exactly on the photo, and differs from it where the garment is."""
    shop = room()
    shop.screenshot("desktop-1-empty")
    shop.choose_photo(person)
    shop.agree()
    shop.wear("sunset-tee")
    expect(shop.page.locator("#photo-checks")).to_have_text("A good photo for this.", timeout=OUTCOME_WITHIN_MS)
    shop.screenshot("desktop-2-chosen")
    recorded(shop.page)
    shop.try_on()
    compare = shop.result()
    shop.screenshot("desktop-3-result")

    seen = progress_seen(shop.page)
    percents = [percent for percent, _ in seen]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert {"validation", "parsing", "generation"} <= {stage for _, stage in seen}

    sizes = compare.locator("img").evaluate_all("all => all.map((i) => [i.naturalWidth, i.naturalHeight])")
    assert sizes == [list(size_of(person))] * 2
    edges = "all => all.map((i) => i.getBoundingClientRect()).map((r) => [r.left, r.top, r.right, r.bottom])"
    boxes = compare.locator("img").evaluate_all(edges)
    assert boxes[0] == pytest.approx(boxes[1], abs=0.1)
    made = httpx.get(f"{service.url}/v1/tryons/{tryon_of(shop.page)}/pictures/0").content
    with Image.open(io.BytesIO(made)) as result, Image.open(person) as photo:
        changed = np.abs(np.asarray(result.convert("RGB"), int) - np.asarray(photo.convert("RGB"), int)).max(-1) > 24
    assert 0.02 < changed.mean() < 0.5


def test_comparing_by_keyboard_and_by_pointer(room: Opener, person: Path) -> None:
    """The line between photo and picture is a slider: arrows, Home and End move it, so does dragging, and it says
    where it stands."""
    shop = room()
    shop.choose_photo(person)
    shop.agree()
    shop.wear("breton-top")
    shop.try_on()
    compare = shop.result()
    slider = compare.get_by_role("slider")
    at = "e => getComputedStyle(e).getPropertyValue('--at')"

    slider.focus()
    shop.page.keyboard.press("End")
    assert compare.evaluate(at) == "100%"
    shop.page.keyboard.press("Home")
    for _ in range(3):
        shop.page.keyboard.press("ArrowRight")
    assert compare.evaluate(at) == "3%"
    expect(slider).to_have_attribute("aria-valuetext", "3 % your photo, 97 % Breton long sleeve")

    box = compare.bounding_box()
    assert box is not None
    shop.page.mouse.move(box["x"] + 10, box["y"] + 200)
    shop.page.mouse.down()
    shop.page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 200)
    shop.page.mouse.up()
    assert float(compare.evaluate(at).rstrip("%")) == pytest.approx(75, abs=1)
    assert slider.input_value() == "75"


def test_feedback_reaches_the_shop(room: Opener, service: Service, person: Path) -> None:
    """ "Does not look right", with reasons, and "bought" are taken, thanked for, and counted by the API as one wrong
    picture."""
    before = judged(service)
    shop = room()
    shop.choose_photo(person)
    shop.agree()
    shop.wear("fleece-hoodie")
    shop.try_on()
    shop.result()
    shop.page.get_by_role("button", name="Does not look right").click()
    shop.page.get_by_label("Hands look odd").check()
    shop.page.get_by_label("Colour is off").check()
    shop.screenshot("desktop-4-feedback")
    with shop.page.expect_request("**/feedback") as sent:
        shop.page.get_by_role("button", name="Send").click()
    assert sent.value.post_data_json == {
        "sample": 0,
        "accurate": False,
        "reasons": ["wrong_colour", "hands"],
        "bought": None,
    }
    expect(shop.page.locator(".thanks")).to_contain_text("Thank you")
    with shop.page.expect_request("**/feedback") as sent:
        shop.page.get_by_role("group", name="Did you buy it?").get_by_role("button", name="No").click()
    assert sent.value.post_data_json["bought"] is False
    expect(shop.page.locator(".thanks")).to_have_text("Thank you, noted.")

    until(lambda: judged(service) == (before[0] + 1, before[1]), 20, "the verdict in the figures")


def test_the_next_piece_keeps_the_photo_and_the_gallery_keeps_the_looks(room: Opener, person: Path) -> None:
    """After a dropped photo and a first look, another piece needs no new photo; both looks are in the gallery, newest
    first, and from there the photo can be used again. Another shopper's gallery is empty."""
    shop = room(TABLET)
    shop.drop("#stage", person, "image/png")
    shop.photo.wait_for()
    shop.agree()
    shop.wear("flower-dress")
    shop.try_on()
    shop.result()
    shop.page.get_by_role("button", name="Try another piece").click()
    expect(shop.photo).to_be_visible()
    expect(shop.page.locator(".tile[aria-pressed='true']")).to_have_count(0)
    shop.wear("sunset-tee", "denim-shorts")
    shop.try_on()
    shop.result()
    shop.screenshot("tablet-outfit")

    shop.open("/gallery")
    names = shop.page.locator(".look-name")
    expect(names).to_have_text(["Sunset tee and Denim shorts", "Flower wrap dress"])
    shop.screenshot("tablet-gallery")
    shop.page.locator(".look").first.click()
    expect(shop.page.locator("#viewer .compare")).to_be_visible()
    shop.page.get_by_role("link", name="Try another piece on this photo").click()
    shop.photo.wait_for()
    assert shop.photo.evaluate("i => [i.naturalWidth, i.naturalHeight]") == list(size_of(person))

    expect(room(path="/gallery").page.get_by_text("Nothing here yet")).to_be_visible()


def test_a_photo_from_the_camera(room: Opener, person: Path) -> None:
    """The preview is mirrored, the photo is not; it is counted down, can be taken again, becomes a picture of its own
    size, and the camera is off as soon as its window closes."""
    shop = room(PHONE)
    shop.page.get_by_role("button", name="Use the camera").click()
    video = shop.page.locator("#camera-video")
    until(lambda: video.evaluate("v => v.videoWidth") > 0, 20, "a picture from the camera")
    stream = video.evaluate_handle("v => v.srcObject")
    assert video.evaluate("v => new DOMMatrix(getComputedStyle(v).transform).a") == -1
    shop.screenshot("phone-camera")
    shop.page.get_by_label("5 s").check()
    shop.page.get_by_role("button", name="Take the photo").click()
    expect(shop.page.locator("#camera-count")).to_have_text("3")
    shop.page.get_by_role("button", name="Again").click()
    shop.page.get_by_label("Now").check()
    shop.page.get_by_role("button", name="Take the photo").click()
    shop.page.get_by_role("button", name="Use this photo").click()
    shop.photo.wait_for()
    assert stream.evaluate("s => s.getTracks().map((t) => t.readyState)") == ["ended"]

    shop.agree()
    shop.wear("sunset-tee")
    shop.try_on()
    compare = shop.result()
    sizes = compare.locator("img").evaluate_all("all => all.map((i) => [i.naturalWidth, i.naturalHeight])")
    assert sizes[0] == sizes[1]
    assert min(sizes[0]) > 0


def test_a_camera_that_is_not_allowed(room: Opener) -> None:
    """Whoever refuses the camera is told how to allow it, and goes on without it."""
    shop = room()
    shop.page.evaluate(
        """() => {
            const refused = () => Promise.reject(new DOMException("no", "NotAllowedError"));
            navigator.mediaDevices.getUserMedia = refused;
        }"""
    )
    shop.page.get_by_role("button", name="Use the camera").click()
    expect(shop.page.locator("#camera-problem")).to_contain_text("Allow it in your browser's address bar")
    expect(shop.page.get_by_role("button", name="Take the photo")).to_be_disabled()
    shop.page.keyboard.press("Escape")
    expect(shop.page.locator("#camera")).not_to_be_visible()


def test_a_rejected_photo_says_what_to_do(room: Opener, samples: Path) -> None:
    """A picture without a person: no result, but the finding that stopped it first, with advice, and a way on that
    keeps the piece."""
    shop = room()
    shop.choose_photo(samples / "garment" / "g11_lower_denim_shorts.jpg")
    shop.wear("sunset-tee")
    shop.agree()
    shop.try_on()
    first = shop.page.locator("#outcome .finding").first
    first.wait_for(timeout=OUTCOME_WITHIN_MS)
    shop.screenshot("desktop-5-rejected")
    expect(first).to_have_attribute("data-code", "no_person")
    expect(first.locator("p")).not_to_be_empty()
    with shop.page.expect_file_chooser():
        shop.page.get_by_role("button", name="Choose another photo").click()
    expect(shop.page.locator(".tile[data-id='sunset-tee']")).to_have_attribute("aria-pressed", "true")


def test_a_broken_photo_says_what_to_do(room: Opener, person: Path, tmp_path: Path) -> None:
    """A file that ends in the middle is refused with the gateway's own words; the choices stay."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(person.read_bytes()[:60_000])
    shop = room()
    shop.choose_photo(broken)
    shop.wear("sunset-tee")
    with shop.page.expect_response("**/v1/tryons") as answered:
        shop.agree()
        shop.try_on()
    notice = shop.page.get_by_role("alert").filter(has_text=answered.value.json()["detail"])
    expect(notice).to_be_visible()
    expect(shop.photo).to_be_visible()
    provoked(shop)


def test_stopping(room: Opener, service: Service, person: Path) -> None:
    """A try-on that is under way can be stopped: the page is back at once with photo and piece, also while the worker
    is busy, and the try-on ends as cancelled."""
    shop = room(PHONE)
    shop.choose_photo(person)
    shop.agree()
    shop.wear("flower-dress")
    worker = service.pid("generation")
    os.kill(worker, signal.SIGSTOP)
    try:
        with shop.page.expect_response("**/v1/tryons") as asked:
            shop.try_on()
        tryon = asked.value.json()["id"]
        shop.page.locator("[data-stage='parsing'][data-state='now']").wait_for()
        shop.screenshot("phone-working")
        assert shop.overflow() == 0
        with shop.page.expect_response(f"**/v1/tryons/{tryon}") as stopped:
            shop.page.get_by_role("button", name="Stop").click()
        assert stopped.value.status == 202
        expect(shop.page.get_by_text("Stopped.", exact=False).first).to_be_visible()
    finally:
        os.kill(worker, signal.SIGCONT)
    expect(shop.photo).to_be_visible()
    expect(shop.page.locator(".tile[data-id='flower-dress']")).to_have_attribute("aria-pressed", "true")
    status = f"{service.url}/v1/tryons/{tryon}"
    until(lambda: httpx.get(status).json()["status"] == "cancelled", 30, "the try-on is cancelled")


def test_a_full_queue_is_waited_for(room: Opener, person: Path) -> None:
    """429: the page says so, waits as long as it is asked to, and asks again with the same key."""
    keys: list[str] = []

    def busy(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            route.continue_()
            return
        problem = '{"status": 429, "code": "queue_full", "detail": "Many people are trying things on."}'
        route.fulfill(status=429, headers={"Retry-After": "2"}, content_type="application/problem+json", body=problem)

    shop = room()
    shop.page.route("**/v1/tryons", busy)
    shop.choose_photo(person)
    shop.agree()
    shop.wear("sunset-tee")
    shop.try_on()
    expect(shop.page.locator("#working-words")).to_contain_text("We try again in")
    shop.result()
    assert len(keys) == 2
    assert keys[0] == keys[1]
    provoked(shop)


def test_without_server_sent_events(room: Opener, person: Path) -> None:
    """Where events do not come through, the page asks for the status instead and still shows the picture."""
    shop = room()
    shop.page.route("**/events", lambda route: route.fulfill(status=503))
    shop.choose_photo(person)
    shop.agree()
    shop.wear("pleated-trousers")
    shop.try_on()
    shop.result()
    provoked(shop)


def test_a_reload_goes_on(room: Opener, service: Service, person: Path) -> None:
    """Reloading the page while a try-on is under way loses nothing: photo and picture are there in the end."""
    shop = room()
    shop.choose_photo(person)
    shop.agree()
    shop.wear("denim-shorts")
    with shop.page.expect_response("**/v1/tryons"):
        shop.try_on()
    shop.page.locator("#stages [data-state='now']").first.wait_for()
    shop.page.reload()
    shop.result()
    expect(shop.page.locator("#outcome .eyebrow")).to_have_text("Denim shorts")


def test_the_own_garment_needs_its_category(room: Opener, person: Path, garment: Path) -> None:
    """A garment's picture of the shopper's own is asked what it shows, and then tried on as that."""
    shop = room()
    shop.choose_photo(person)
    shop.agree()
    shop.page.set_input_files("#garment-file", garment)
    shop.try_on()
    expect(shop.page.locator("#missing")).to_have_text("Say what is on your garment picture.")
    shop.page.get_by_label("Top", exact=True).check()
    shop.screenshot("desktop-6-own-garment")
    form_recorded(shop.page)
    shop.try_on()
    shop.result()
    assert form_seen(shop.page) == {
        "photo": person.name,
        "garment": garment.name,
        "category": "upper",
        "locale": "en-GB",
        "consent_training": "false",
    }


def test_everything_by_keyboard(room: Opener, person: Path) -> None:
    """Tab reaches every control that can be seen, every control has a name, and a try-on needs no pointer."""
    shop = room()
    page = shop.page
    # Before the first tour of the Tab key: after one, headless Chromium opens no file chooser any more.
    page.locator("[data-do='choose-photo']").first.focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(person)
    shop.photo.wait_for()
    assert set(shop.visible_controls()) <= set(shop.tab_stops())
    unnamed = [control for control in shop.controls() if not control["name"].strip()]
    assert unnamed == []

    page.locator(".tile[data-id='sunset-tee']").focus()
    page.keyboard.press("Space")
    page.locator("#agreed").focus()
    page.keyboard.press("Space")
    page.locator("#go").focus()
    page.keyboard.press("Enter")
    shop.result()
    assert page.evaluate("document.activeElement.id") == "outcome-title"
    assert set(shop.visible_controls()) <= set(shop.tab_stops())
    assert [control for control in shop.controls() if not control["name"].strip()] == []


def test_nothing_starts_without_consent(room: Opener, person: Path) -> None:
    """Without consent neither the photo nor anything else is sent, and the page leads to the question."""
    shop = room()
    posted: list[str] = []
    shop.page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    shop.choose_photo(person)
    shop.wear("sunset-tee")
    shop.try_on()
    expect(shop.page.locator("#agreed")).to_be_focused()
    expect(shop.page.locator("#missing")).to_have_text("Allow us to process your photo.")
    expect(shop.page.locator("#training")).not_to_be_checked()
    assert posted == []


@pytest.mark.parametrize("size", [NARROW, PHONE], ids=["360", "390"])
def test_on_a_phone_nothing_scrolls_sideways(room: Opener, person: Path, size: tuple[int, int]) -> None:
    """At a phone's width every view fits, from the empty page to result, feedback and gallery."""
    shop = room(size)
    name = f"phone-{size[0]}"
    widths = {"empty": shop.overflow()}
    shop.screenshot(f"{name}-1-empty")
    shop.choose_photo(person)
    shop.agree()
    shop.wear("sunset-tee")
    widths["chosen"] = shop.overflow()
    shop.screenshot(f"{name}-2-chosen")
    shop.try_on()
    shop.result()
    widths["result"] = shop.overflow()
    shop.screenshot(f"{name}-3-result")
    shop.page.get_by_role("button", name="Does not look right").click()
    widths["feedback"] = shop.overflow()
    shop.open("/gallery").page.locator(".look").first.wait_for()
    widths["gallery"] = shop.overflow()
    shop.screenshot(f"{name}-4-gallery")
    assert widths == dict.fromkeys(widths, 0)
