"""The local run as a shopper sees it: from an upload to the picture, and the next garment on the same photo.

`virton up` on an empty folder; try-ons one after the other, each with a photo that the service has never seen; then,
on each of those photos, another garment. Measured from before the upload until the picture's last byte is here.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from streams.client import Client, Upload
from streams.local import children

SIZE = (768, 1024)  # width, height: what the target is set for
READY_WITHIN_S = 180.0
RESULT_WITHIN_S = 120.0


@dataclass(frozen=True)
class Pictures:
    """A person's photo, and two upper garments."""

    person: Path
    garments: tuple[Path, Path]


@dataclass
class LocalRun:
    """Seconds. `first_s` and `second_s` have one entry per photo; `stages_s` are the stages' own times."""

    pictures: Pictures
    ready_s: float
    first_s: list[float] = field(default_factory=list)
    second_s: list[float] = field(default_factory=list)
    stages_s: dict[str, list[float]] = field(default_factory=dict)

    def summary(self) -> dict[str, object]:
        """Figures for the JSON file and the table."""
        return {
            "photo": f"{self.pictures.person.name} at {SIZE[0]}x{SIZE[1]}",
            "ready_s": round(self.ready_s, 2),
            "upload_to_picture": _spread(self.first_s),
            "second_garment_on_the_same_photo": _spread(self.second_s),
            "stages_p50_s": {stage: round(float(np.median(times)), 3) for stage, times in self.stages_s.items()},
        }


def _spread(seconds: list[float]) -> dict[str, float]:
    p50, p99 = np.percentile(seconds, [50, 99])
    return {"n": len(seconds), "p50_s": round(float(p50), 3), "p99_s": round(float(p99), 3)}


def sample_pictures() -> Pictures | None:
    """Those of VIRTON_SAMPLES, None where there are none."""
    samples = os.environ.get("VIRTON_SAMPLES")
    if not samples:
        return None
    [person] = Path(samples).glob("person/p12_*")
    first, second = (next(Path(samples).glob(f"garment/{name}_*")) for name in ("g02", "g04"))
    return Pictures(person, (first, second))


def measure_local_run(pictures: Pictures, photos: int) -> LocalRun:
    """Raises RuntimeError if a try-on does not complete, or the service does not come up."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        with _service(work / "data") as (url, ready_s), Client(url) as client:
            run = LocalRun(pictures, ready_s)
            _tryon(client, _never_seen(pictures.person, work, 0), pictures.garments[0], {})  # everything warms up
            for i in range(1, photos + 1):
                print(f"local run: photo {i} of {photos}", file=sys.stderr)
                photo = _never_seen(pictures.person, work, i)
                run.first_s.append(_tryon(client, photo, pictures.garments[0], run.stages_s))
                run.second_s.append(_tryon(client, photo, pictures.garments[1], {}))
    return run


def _never_seen(person: Path, work: Path, number: int) -> Path:
    """The photo at SIZE with one pixel in a corner of its own: other bytes, hence nothing of it is known."""
    with Image.open(person) as photo:
        fitted = photo.convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
    fitted.putpixel((0, 0), (number % 256, number // 256, 128))
    path = work / f"{number}.png"
    fitted.save(path)
    return path


def _tryon(client: Client, photo: Path, garment: Path, stages_s: dict[str, list[float]]) -> float:
    """Seconds from before the upload until the picture is here; the stages' times are added to `stages_s`."""
    begun = time.perf_counter()
    tryon = client.start(Upload(photo, (garment,), ("upper",)))
    *_, last = client.events(tryon, within_s=RESULT_WITHIN_S)
    if last.data["status"] != "completed":
        raise RuntimeError(f"the try-on ended {last.data['status']}: {last.data}")
    client.picture(last.data["pictures"][0]["url"])
    took = time.perf_counter() - begun
    for stage, seconds in last.data["timings"].items():
        stages_s.setdefault(stage, []).append(seconds)
    return took


@contextmanager
def _service(data: Path) -> Iterator[tuple[str, float]]:
    """`virton up`; its URL, and the seconds until it was ready."""
    log = data.with_suffix(".log")
    begun = time.perf_counter()
    command = [sys.executable, "-m", "streams.cli", "up", "--data", str(data), "--port", "0", "--kafka-port", "0"]
    with log.open("wb") as output:
        service = children.spawn(command, output=output)
    try:
        url = _url_when_ready(service, log)
        yield url, time.perf_counter() - begun
    finally:
        children.end(service, 20.0)  # it ends its parts within 15 s


def _url_when_ready(service: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.perf_counter() + READY_WITHIN_S
    while time.perf_counter() < deadline and service.poll() is None:
        for line in log.read_text("utf-8", errors="replace").splitlines():
            if line.startswith("ready http"):
                return line.removeprefix("ready ")
        time.sleep(0.05)
    raise RuntimeError("the service did not come up:\n" + log.read_text("utf-8", errors="replace")[-3000:])
