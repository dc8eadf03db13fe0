"""What the page does when something is in the way: it says so in plain words, and nothing is lost."""

import os
import signal
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Route, expect

from tests.support import until
from tests.system.browser.room import OUTCOME_WITHIN_MS, PHONE, Opener
from tests.system.service import Service

pytestmark = [pytest.mark.system, pytest.mark.browser]


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
    expect(first.locator("p:not(.severity)")).not_to_be_empty()
    with shop.page.expect_file_chooser():
        shop.page.get_by_role("button", name="Choose another").click()
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
    shop.forgive_refusals()


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
    shop.forgive_refusals()


def test_without_server_sent_events(room: Opener, person: Path) -> None:
    """Where events do not come through, the page asks for the status instead and still shows the picture."""
    shop = room()
    shop.page.route("**/events", lambda route: route.fulfill(status=503))
    shop.choose_photo(person)
    shop.agree()
    shop.wear("pleated-trousers")
    shop.try_on()
    shop.result()
    shop.forgive_refusals()


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
