"""Chromium on the fitting-room page: what the browser tests share."""

import base64
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from playwright.sync_api import Browser, Error, Locator, Page, sync_playwright

from tests.support import missing

NAMES = ("chromium", "chromium-browser", "google-chrome")
# No sandbox, since containers run as root; nothing that reaches out to its maker's servers.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
DESKTOP, TABLET, PHONE = (1280, 900), (768, 1024), (390, 844)
# The narrowest phones still sold.
NARROW = (360, 740)
# What can take the focus and is no control: the page itself, and what only a skip link jumps to.
NO_CONTROLS = {"RootWebArea", "generic"}
# A try-on takes 3 s; the machine may be shared with other tests.
OUTCOME_WITHIN_MS = 60_000


@contextmanager
def chromium(camera: Path) -> Iterator[Browser]:
    """A browser whose camera shows this video (.y4m). Ends the test for a machine that has no Chromium."""
    found = os.environ.get("VIRTON_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=found, args=[*FLAGS, f"--use-file-for-fake-video-capture={camera}"]
            )
        except Error as error:
            missing(f"no Chromium: install one, or set VIRTON_CHROMIUM ({error.message.splitlines()[0]})")
        yield browser
        browser.close()


def video_of(photo: Path, to: Path) -> tuple[int, int]:
    """Writes the photo as a video (YUV4MPEG2, 4:2:0) for the fake camera; returns its width and height."""
    picture = cv2.imread(str(photo))
    assert picture is not None
    return video_of_frames([np.asarray(picture, np.uint8)] * 2, to)


def video_of_frames(frames: Sequence[npt.NDArray[np.uint8]], to: Path, rate: int = 10) -> tuple[int, int]:
    """Writes frames (H, W, 3), BGR and of one size, as such a video, so many of them a second."""
    height, width = (side // 2 * 2 for side in frames[0].shape[:2])
    with to.open("wb") as video:
        video.write(f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            planes = cv2.cvtColor(frame[:height, :width], cv2.COLOR_BGR2YUV_I420)
            video.write(b"FRAME\n" + np.ascontiguousarray(planes).tobytes())
    return width, height


class Room:
    """The page as a shopper uses it. `wrong` collects what the browser's console complains about."""

    def __init__(self, page: Page, url: str, screenshots: Path) -> None:
        self.page = page
        self.url = url
        self.wrong: list[str] = []
        self._screenshots = screenshots
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda message: self._heard(message.type, message.text))

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.wrong.append(text)

    def forgive_refusals(self) -> None:
        """Forgets the complaints about refused requests, in a test that provokes them."""
        self.wrong = [text for text in self.wrong if not text.startswith("Failed to load resource")]

    def open(self, path: str = "/") -> "Room":
        """Opens the page; returns once the pieces are there."""
        self.page.goto(self.url + path)
        if path == "/":
            self.page.locator(".tile[data-id='own']").wait_for()
        return self

    def choose_photo(self, photo: Path) -> None:
        """Chooses the photo as a file."""
        self.page.set_input_files("#photo-file", photo)
        self.photo.wait_for()

    def drop(self, selector: str, file: Path, kind: str) -> None:
        """Drops the file on an element."""
        transfer = self.page.evaluate_handle(
            """([bytes, name, type]) => {
                const transfer = new DataTransfer();
                transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type }));
                return transfer;
            }""",
            [base64.b64encode(file.read_bytes()).decode(), file.name, kind],
        )
        for event in ("dragenter", "dragover", "drop"):
            self.page.dispatch_event(selector, event, {"dataTransfer": transfer})

    def wear(self, *pieces: str) -> None:
        """Chooses sample garments by id."""
        for piece in pieces:
            self.page.locator(f".tile[data-id='{piece}']").click()

    def agree(self) -> None:
        """Consents to the processing."""
        self.page.locator("#agreed").check()

    def try_on(self) -> None:
        """Presses the button."""
        self.page.get_by_role("button", name="Try it on").click()

    def result(self) -> Locator:
        """The comparison, once there is one."""
        compare = self.page.locator("#stage-result .compare")
        compare.wait_for(timeout=OUTCOME_WITHIN_MS)
        compare.locator(".after").evaluate("image => image.decode()")
        return compare

    @property
    def photo(self) -> Locator:
        """The chosen photo on the stage."""
        return self.page.locator("#photo")

    def screenshot(self, name: str) -> None:
        """Keeps what is to be seen, the whole page."""
        self._screenshots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self._screenshots / f"{name}.png", full_page=True)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return width

    def controls(self) -> list[dict[str, str]]:
        """Everything that the browser tells assistive technology can take the focus: role and name."""
        session = self.page.context.new_cdp_session(self.page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        session.detach()
        return [
            {"role": node["role"]["value"], "name": node.get("name", {}).get("value", "")}
            for node in nodes
            if not node.get("ignored") and _property(node, "focusable") and node["role"]["value"] not in NO_CONTROLS
        ]

    def tab_stops(self, most: int = 60) -> list[str]:
        """What the Tab key reaches, once around the page, described as in `visible_controls`."""
        stops: list[str] = []
        for _ in range(most):
            self.page.keyboard.press("Tab")
            stop: str = self.page.evaluate(_DESCRIBE_FOCUSED)
            if stop in stops[:1]:
                break
            if stop:  # between the last and the first, the focus may be nowhere
                stops.append(stop)
        return stops

    def visible_controls(self) -> list[str]:
        """Every control that can be seen, by tag and name, id or words; radios of a group are one."""
        found: list[str] = self.page.evaluate(_VISIBLE_CONTROLS)
        return found


Opener = Callable[..., Room]

_DESCRIBE = """
const describe = (e) => `${e.localName}#${e.name || e.id || e.dataset.id || e.dataset.do || e.textContent.trim()}`;
"""
_DESCRIBE_FOCUSED = f"""() => {{
    {_DESCRIBE}
    const e = document.activeElement;
    return e && e !== document.body ? describe(e) : "";
}}"""
_VISIBLE_CONTROLS = f"""() => {{
    {_DESCRIBE}
    const all = document.querySelectorAll("a[href], button, input, select, textarea");
    const seen = [...all].filter((e) => e.checkVisibility() && !e.disabled && e.tabIndex >= 0);
    return [...new Set(seen.map(describe))];
}}"""


def _property(node: dict[str, Any], name: str) -> bool:
    return any(p["name"] == name and p["value"].get("value") is True for p in node.get("properties", ()))


def recorded(page: Page) -> None:
    """Records what the progress bar says from now on, in `window.seen`: [percent, stage under way]."""
    page.evaluate(
        """() => {
            window.seen = [];
            const meter = document.querySelector("#meter");
            const note = () => {
                const stage = document.querySelector("#stages [data-state='now']")?.dataset.stage ?? "";
                window.seen.push([Number(meter.getAttribute("aria-valuenow")), stage]);
            };
            new MutationObserver(note).observe(meter, { attributes: true, attributeFilter: ["aria-valuenow"] });
        }"""
    )


def form_recorded(page: Page) -> None:
    """Records the fields of the next forms that are sent, in `window.form`; files by their name."""
    page.evaluate(
        """() => {
            const send = window.fetch;
            window.fetch = (url, options) => {
                if (options?.body instanceof FormData) {
                    window.form = [...options.body].map(([key, value]) => [key, value.name ?? value]);
                }
                return send(url, options);
            };
        }"""
    )


def form_seen(page: Page) -> dict[str, str]:
    """What `form_recorded` saw last."""
    return dict(page.evaluate("window.form"))


def progress_seen(page: Page) -> Sequence[tuple[int, str]]:
    """What `recorded` saw."""
    return [(percent, stage) for percent, stage in page.evaluate("window.seen")]
