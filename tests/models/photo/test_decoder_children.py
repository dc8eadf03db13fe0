"""The decoder's children may die, hang, or lie: the parent goes on, and none outlives it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from models.photo import decode as module
from models.photo.decode import Decoder
from schemas.errors import RetryableError, UnavailableError, UnreadableImage
from tests.models.photo.pictures import encoded, exif, scene


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    """A decoder with two children."""
    with Decoder() as opened:
        yield opened


def child_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Puts another program in the child's place; `state` is a file that survives it."""
    path = tmp_path / "child.py"
    path.write_text(
        "import sys, os, time, signal, json, struct, pathlib\n"
        f"state = pathlib.Path({str(tmp_path / 'state')!r})\n"
        "out = sys.stdout.buffer\n"
        "def ask():\n    _, n = struct.unpack('>cQ', sys.stdin.buffer.read(9)); return sys.stdin.buffer.read(n)\n"
        "def answer(header, pixels=b''):\n"
        "    out.write(json.dumps(header).encode() + b'\\n' + pixels); out.flush()\n"
        "out.write(b'ready\\n'); out.flush()\n" + body
    )
    monkeypatch.setattr(module, "_CHILD", path)


WHITE = (
    "while True:\n    ask(); answer({'media_type': 'image/png', 'width': 1, 'height': 1, 'bytes': 3}, b'\\xff' * 3)\n"
)


def test_a_child_that_dies_once_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the middle of a picture (as by the kernel when memory is short), the picture gets a second child."""
    kill = "if not state.exists():\n    ask(); state.touch(); os.kill(os.getpid(), signal.SIGKILL)\n"
    child_program(tmp_path, monkeypatch, kill + WHITE)
    with Decoder(1) as decoder:
        assert decoder.decode(b"a picture").rgb.tolist() == [[[255, 255, 255]]]


def test_a_picture_that_crashes_every_child_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash of the decoder on each try is the picture's fault; the next picture is decoded by a fresh child."""
    crash = "if not state.exists():\n    ask(); os.kill(os.getpid(), signal.SIGSEGV)\n"
    child_program(tmp_path, monkeypatch, crash + WHITE)
    with Decoder(1) as decoder:
        with pytest.raises(UnreadableImage, match="cannot open"):
            decoder.decode(b"a picture")
        (tmp_path / "state").touch()
        assert decoder.decode(b"another").media_type == "image/png"


def test_endless_work_meets_the_processor_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that costs more processor time than allowed is refused, by the real child's own limit."""
    monkeypatch.setattr(module, "CPU_SECONDS", 0.1)
    monkeypatch.setattr(module, "CPU_SECONDS_PER_MEGAPIXEL", 0.01)
    noise = np.random.default_rng(0).integers(100, 140, (500, 6000, 3), np.uint8)
    image = Image.fromarray(np.tile(noise, (8, 1, 1))).convert("CMYK")
    costly = encoded(image, "JPEG", quality=98, progressive=True, exif=exif(6))
    with Decoder(1) as decoder:
        for work in (decoder.decode, decoder.cleaned):
            with pytest.raises(UnreadableImage, match="too long") as refused:
                work(costly)
            assert refused.value.refusal == "too_costly"
        assert decoder.decode(encoded(scene(), "PNG")).rgb.shape == (32, 48, 3)


# In a process of its own: MediaPipe, once loaded, needs this signal ignored, and ends a process that minds it again.
_IGNORING = """
import signal, sys
from models.photo import decode
from schemas.errors import UnreadableImage
decode.CPU_SECONDS, decode.CPU_SECONDS_PER_MEGAPIXEL = 0.05, 0.0
signal.signal(signal.SIGPROF, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
with decode.Decoder(1) as decoder:
    try:
        decoder.decode(sys.stdin.buffer.read())
    except UnreadableImage as error:
        print(error.refusal)
"""


def test_a_parents_signals_do_not_lift_the_limit() -> None:
    """A process that ignores and blocks the limit's signal, as profilers may, starts children that do not."""
    costly = encoded(Image.new("RGB", (5000, 4000)), "PNG", compress_level=1)
    ran = subprocess.run([sys.executable, "-c", _IGNORING], input=costly, stdout=subprocess.PIPE, check=True)
    assert ran.stdout.decode().split() == ["too_costly"]


def test_too_little_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that does not fit the child's memory is refused, and the child lives on."""
    monkeypatch.setattr(module, "MEMORY_BYTES", 250 << 20)
    with Decoder(1) as decoder:
        with pytest.raises(UnreadableImage, match="too large for us"):
            decoder.decode(encoded(Image.new("RGB", (6000, 4000)), "PNG"))
        assert decoder.decode(encoded(scene(), "PNG")).rgb.shape == (32, 48, 3)


def test_a_hanging_child_is_not_the_pictures_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that neither works nor answers is killed, and the picture may be tried again."""
    child_program(tmp_path, monkeypatch, "time.sleep(60)\n")
    with Decoder(1, wall_seconds=1.0) as decoder, pytest.raises(RetryableError, match="no answer"):
        decoder.decode(bytes(10_000_000))


def test_a_child_that_cannot_start_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No child, no verdict: the event waits instead of being blamed."""
    (tmp_path / "child.py").write_text("raise SystemExit(3)")
    monkeypatch.setattr(module, "_CHILD", tmp_path / "child.py")
    with Decoder(1) as decoder, pytest.raises(UnavailableError, match="ended with 3"):
        decoder.decode(b"a picture")


@pytest.mark.parametrize(
    "header",
    [
        {"media_type": "image/png", "width": 2, "height": 2, "bytes": 1 << 40},
        {"media_type": "image/png", "width": 60_000, "height": 60_000, "bytes": 60_000 * 60_000 * 3},
        {"media_type": "text/html", "width": 1, "height": 1, "bytes": 3},
        {"refused": ["no", "code"], "numbers": {}, "bytes": 0},
        {"refused": "no code", "numbers": {}, "bytes": 0},
        {"refused": "damaged", "bytes": 0},
        {"refused": "too_many_pixels", "numbers": {"most": 24}, "bytes": 0},
        {"refused": "other_format", "numbers": {"format": "<script>alert(1)</script>"}, "bytes": 0},
        {"bytes": 3},
        ["no", "object"],
    ],
)
def test_a_lying_child_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: object) -> None:
    """A header that contradicts the limits allocates nothing and counts as a crash."""
    child_program(tmp_path, monkeypatch, f"ask(); answer({header!r}, bytes(3)); time.sleep(60)\n")
    with Decoder(1) as decoder:
        for work in (decoder.decode, decoder.cleaned):
            with pytest.raises(UnreadableImage) as refused:
                work(b"a picture")
            assert refused.value.refusal == "undecodable"


def test_many_threads_share_the_children(decoder: Decoder) -> None:
    """Sixteen threads over two children, sound and broken pictures mixed: each gets its own picture's answer."""
    pictures = [encoded(scene(20 + i, 30), "PNG") for i in range(40)]

    def width(data: bytes) -> int:
        try:
            return int(decoder.decode(data).rgb.shape[1])
        except UnreadableImage:
            return -1

    mixed = [data if i % 5 else data[:-30] for i, data in enumerate(pictures)]
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(width, mixed)) == [20 + i if i % 5 else -1 for i in range(40)]


def test_closing_ends_the_children() -> None:
    """After close no child is left, and nothing is decoded any more."""
    decoder = Decoder(1)
    decoder.decode(encoded(scene(), "PNG"))
    pid = child_pid(decoder)
    assert alive(pid)
    decoder.close()
    decoder.close()
    assert not alive(pid)
    with pytest.raises(RuntimeError, match="closed"):
        decoder.decode(encoded(scene(), "PNG"))


def child_pid(decoder: Decoder) -> int:
    """The process id of a decoder's one child."""
    (child,) = decoder._places.queue
    assert child is not None
    return child._process.pid


def test_the_child_dies_with_its_killed_parent() -> None:
    """SIGKILL leaves a parent no chance to clean up: the child sees the end of its pipe and goes."""
    program = (
        "import io, time\nfrom PIL import Image\nfrom models.photo.decode import Decoder\n"
        "d = Decoder(1); b = io.BytesIO(); Image.new('RGB', (2, 2)).save(b, 'PNG'); d.decode(b.getvalue())\n"
        "child, = d._places.queue\nprint(child._process.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert eventually(lambda: not alive(pid))


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_ctrl_c_leaves_the_child_to_a_draining_worker() -> None:
    """SIGINT goes to the whole group of a terminal; a worker that finishes its event still decodes."""
    with Decoder(1) as decoder:
        decoder.decode(encoded(scene(), "PNG"))
        pid = child_pid(decoder)
        os.kill(pid, signal.SIGINT)
        decoder.decode(encoded(scene(), "PNG"))
        assert child_pid(decoder) == pid


def test_close_waits_for_the_picture_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that a thread is decoding while another closes is decoded all the same."""
    slow = WHITE.replace("ask();", "ask(); state.touch(); time.sleep(0.5);")
    child_program(tmp_path, monkeypatch, slow)
    decoder = Decoder(1)
    done: list[npt.NDArray[np.uint8]] = []
    thread = threading.Thread(target=lambda: done.append(decoder.decode(b"a picture").rgb))
    thread.start()
    assert eventually((tmp_path / "state").exists)
    decoder.close()
    thread.join(10)
    assert len(done) == 1
