"""A browser, and the fitting room in it. Tests ask for `room` and open the page at the size they want."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.system.browser.room import DESKTOP, Opener, Room, chromium, video_of
from tests.system.service import Service


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

    def enter(size: tuple[int, int] = DESKTOP, path: str = "/", locale: str = "en-GB") -> Room:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", locale=locale
        )
        context.set_default_timeout(20_000)
        opened.append(Room(context.new_page(), service.url, screenshots))
        return opened[-1].open(path)

    yield enter
    for shown in opened:
        shown.page.context.close()
    assert [text for shown in opened for text in shown.wrong] == []
