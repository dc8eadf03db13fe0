"""From a photo to a picture in Chromium, and on to the shopper's verdict and the next piece."""

import io
import re
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support import until
from tests.system.browser.room import (
    OUTCOME_WITHIN_MS,
    PHONE,
    TABLET,
    Opener,
    form_recorded,
    form_seen,
    progress_seen,
    recorded,
)
from tests.system.service import Service

pytestmark = [pytest.mark.system, pytest.mark.browser]


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
    # Its clothes may be found to be all one colour: that is no fault of the photo's.
    chance = shop.page.locator("#photo-checks .chance")
    expect(chance).to_have_text("Good chance that the picture will look right", timeout=OUTCOME_WITHIN_MS)
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


def test_without_a_photo_a_rendered_person_is_dressed(room: Opener) -> None:
    """Whoever has no photo at hand chooses one of the page's people and sees a rendered garment on them."""
    shop = room()
    person = shop.page.locator(".person").first
    expect(person).to_be_visible()
    shop.screenshot("desktop-1-people")
    person.click()
    shop.photo.wait_for()
    shop.agree()
    shop.page.locator(".tile:has(img[src*='rendered-'])").first.click()
    expect(shop.page.locator("#photo-checks .fine")).to_have_text("A good photo for this.", timeout=OUTCOME_WITHIN_MS)
    shop.try_on()
    shop.result()
    shop.screenshot("desktop-3-people-result")


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
    assert '"bought":false' in (sent.value.post_data or "")
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
