"""The page for everybody: without a pointer, read out, and on a phone."""

from pathlib import Path

import pytest

from tests.system.browser.room import NARROW, PHONE, Opener

pytestmark = [pytest.mark.system, pytest.mark.browser]


def test_everything_by_keyboard(room: Opener, person: Path) -> None:
    """Tab reaches every control that can be seen, every control has a name, and a try-on needs no pointer."""
    shop = room()
    page = shop.page
    # Headless Chromium does not always open a chooser for a key press: what the page does is to ask for one.
    page.evaluate("addEventListener('click', (e) => { if (e.target.type === 'file') window.asked = true; }, true)")
    page.locator("[data-do='choose-photo']").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("window.asked")
    shop.choose_photo(person)
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
