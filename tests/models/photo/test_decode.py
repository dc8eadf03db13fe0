"""Decoding: every sound picture comes out right, every other is refused in words, and the process lives on."""

import io
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from models.photo import decode as module
from models.photo.decode import Decoder, Photo
from schemas.errors import RetryableError, UnavailableError, UnreadableImage


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """One decoder for the module: each test also proves that the one before left it whole."""
    with Decoder() as opened:
        yield opened


def scene(width: int = 48, height: int = 32) -> Image.Image:
    """A picture without symmetry: red grows to the right, green downwards."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.dstack([x, y, np.full_like(x, 90)]).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that states a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


# What is sound comes out right


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_the_three_formats(decoder: Decoder, kind: str, media_type: str) -> None:
    """JPEG, PNG and WebP give Pillow's own pixels, RGB, and say which they were."""
    data = encoded(scene(), kind)
    photo = decoder.decode(data)
    assert photo.media_type == media_type
    assert photo.rgb.dtype == np.uint8
    assert np.array_equal(photo.rgb, np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(decoder: Decoder, orientation: int) -> None:
    """Each of the eight orientations stands upright, with width and height swapped where it lies on its side."""
    data = encoded(scene(), "PNG", exif=exif(orientation))
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert np.array_equal(decoder.decode(data).rgb, np.asarray(upright))


def test_broken_exif_is_no_reason_to_refuse(decoder: Decoder) -> None:
    """EXIF that is no EXIF leaves the pixels as they are."""
    data = encoded(scene(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert decoder.decode(data).rgb.shape == (32, 48, 3)


def grey16() -> Image.Image:
    return Image.fromarray(np.linspace(0, 65535, 48 * 32).reshape(32, 48).astype(np.uint16))


def half_transparent() -> Image.Image:
    image = scene().convert("RGBA")
    image.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, 48).astype(np.uint8), (32, 1))))
    return image


@pytest.mark.parametrize(
    ("name", "image", "kind"),
    [
        ("bilevel", scene().convert("1"), "PNG"),
        ("grey", scene().convert("L"), "PNG"),
        ("grey with alpha", scene().convert("LA"), "PNG"),
        ("palette", scene().convert("P"), "PNG"),
        ("cmyk", scene().convert("CMYK"), "JPEG"),
        ("grey jpeg", scene().convert("L"), "JPEG"),
        ("webp with alpha", half_transparent(), "WEBP"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_mode_becomes_rgb(decoder: Decoder, name: str, image: Image.Image, kind: str) -> None:
    """Whatever the mode, three channels of the same size come out, bright where the original is bright."""
    rgb = decoder.decode(encoded(image, kind)).rgb
    assert rgb.shape == (32, 48, 3)
    assert rgb[-4:, -4:].mean() > rgb[:4, :4].mean() or name == "webp with alpha"


def test_sixteen_bits_keep_their_tones(decoder: Decoder) -> None:
    """16-bit grey is scaled to 8 bits, not clipped to white as a plain conversion does."""
    rgb = decoder.decode(encoded(grey16(), "PNG")).rgb
    expected = np.linspace(0, 255, 48 * 32).reshape(32, 48)
    assert np.abs(rgb[..., 0] - expected).max() <= 1.0


def test_transparency_lies_on_white(decoder: Decoder) -> None:
    """Fully transparent is white, fully opaque its own colour, and a palette's transparent entry is white too."""
    rgb = decoder.decode(encoded(half_transparent(), "PNG")).rgb
    assert rgb[:, 0].min() == 255
    assert np.array_equal(rgb[:, -1], np.asarray(scene())[:, -1])
    palette = scene().convert("P")
    transparent = palette.getpixel((0, 0))
    rgb = decoder.decode(encoded(palette, "PNG", transparency=transparent)).rgb
    assert rgb[0, 0].tolist() == [255, 255, 255]


def test_a_phones_multi_picture_jpeg(decoder: Decoder) -> None:
    """A .jpg with a second picture behind the first (MPO) is a JPEG to a shopper: the first one counts."""
    data = encoded(scene(), "MPO", save_all=True, append_images=[scene(24, 16)])
    photo = decoder.decode(data)
    assert (photo.media_type, photo.rgb.shape) == ("image/jpeg", (32, 48, 3))


def test_an_animation_is_its_first_picture(decoder: Decoder) -> None:
    """Animated WebP and PNG are pictures with a first frame."""
    for kind in ("WEBP", "PNG"):
        data = encoded(scene(), kind, save_all=True, append_images=[scene().rotate(180)], duration=50, lossless=True)
        assert np.array_equal(decoder.decode(data).rgb, np.asarray(scene()))


def test_one_pixel(decoder: Decoder) -> None:
    """The smallest picture is a picture; whether it will do is for the checks to say."""
    assert decoder.decode(encoded(scene(1, 1), "PNG")).rgb.shape == (1, 1, 3)


def test_the_samples(decoder: Decoder, samples: Path) -> None:
    """Real photos come out bit for bit as Pillow reads them."""
    for path in sorted((samples / "person").iterdir()):
        with Image.open(path) as image:
            expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        assert np.array_equal(decoder.decode(path.read_bytes()).rgb, expected), path.name


# What is not is refused in words


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"To whom it may concern, this is not a photo.", "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "not a picture|damaged"),
        (encoded(scene(), "JPEG")[:-200], "damaged or incomplete"),
        (encoded(scene(), "JPEG")[:20], "damaged"),
        (encoded(scene(), "PNG")[:-40], "damaged or incomplete"),
        (encoded(scene(), "WEBP")[:-40], "damaged"),
        (encoded(scene(), "GIF"), "GIF file. Save it as JPEG"),
        (encoded(scene(), "BMP"), "BMP file"),
        (encoded(scene(), "TIFF"), "TIFF file"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC file. Save it as JPEG"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF"),
        (png_header(20_000, 20_000), r"400 megapixels; at most 24 .* Save it smaller"),
        (png_header(2_000_000, 10), "a side may have 65535"),
        (png_header(0, 0), "not a picture|damaged"),
        (encoded(Image.new("1", (20_000, 20_000)), "PNG"), "400 megapixels"),
    ],
    ids=[
        *("empty", "text", "signature", "cut jpeg", "jpeg header", "cut png", "cut webp", "gif", "bmp", "tiff", "heic"),
        *("avif", "bomb", "ribbon", "nothing", "real bomb"),
    ],
)
def test_refused_in_words(decoder: Decoder, data: bytes, says: str) -> None:
    """Hostile and broken files are refused at once with a text that says what is wrong and what to do."""
    began = time.monotonic()
    with pytest.raises(UnreadableImage, match=says):
        decoder.decode(data)
    assert time.monotonic() - began < 5.0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(max_size=2000))
def test_random_bytes_never_harm(decoder: Decoder, data: bytes) -> None:
    """Any bytes are either a picture or refused; nothing else comes out."""
    _decodes_or_refuses(decoder, data)


PICTURES = [encoded(scene(), kind) for kind in ("JPEG", "PNG", "WEBP")] + [
    encoded(scene(), "JPEG", progressive=True, exif=exif(6)),
    encoded(scene().convert("P"), "PNG"),
    encoded(scene(), "WEBP", lossless=True),
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    picture=st.sampled_from(PICTURES),
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=12),
    cut=st.integers(0, 200),
)
def test_bit_flips_never_harm(decoder: Decoder, picture: bytes, flips: list[tuple[int, int]], cut: int) -> None:
    """Pictures with flipped bits, cut short or not, are decoded or refused."""
    data = bytearray(picture)
    for at, mask in flips:
        data[at % len(data)] ^= mask
    _decodes_or_refuses(decoder, bytes(data[: len(data) - cut]))


def _decodes_or_refuses(decoder: Decoder, data: bytes) -> None:
    try:
        photo = decoder.decode(data)
    except UnreadableImage as error:
        assert str(error).endswith(".")
    else:
        assert isinstance(photo, Photo)
        assert photo.rgb.shape[2] == 3


# The child may die, hang, or lie: the parent goes on


def child_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Puts another program in the child's place; `state` is a file that survives it."""
    path = tmp_path / "child.py"
    path.write_text(
        "import sys, os, time, signal, json, struct, pathlib\n"
        f"state = pathlib.Path({str(tmp_path / 'state')!r})\n"
        "out = sys.stdout.buffer\n"
        "def ask():\n    (n,) = struct.unpack('>Q', sys.stdin.buffer.read(8)); return sys.stdin.buffer.read(n)\n"
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
        with pytest.raises(UnreadableImage, match="cannot be decoded"):
            decoder.decode(b"a picture")
        (tmp_path / "state").touch()
        assert decoder.decode(b"another").media_type == "image/png"


def test_endless_work_meets_the_processor_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that costs more processor time than allowed is refused, by the real child's own limit."""
    # The limit counts whole seconds: the one that the child is in, and none more.
    monkeypatch.setattr(module, "CPU_SECONDS", 0)
    noise = np.random.default_rng(0).integers(100, 140, (500, 6000, 3), np.uint8)
    image = Image.fromarray(np.tile(noise, (8, 1, 1))).convert("CMYK")
    costly = encoded(image, "JPEG", quality=98, progressive=True, exif=exif(6))
    with Decoder(1) as decoder:
        with pytest.raises(UnreadableImage, match="too long"):
            decoder.decode(costly)
        assert decoder.decode(encoded(scene(), "PNG")).rgb.shape == (32, 48, 3)


def test_too_little_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that does not fit the child's memory is refused, and the child lives on."""
    monkeypatch.setattr(module, "MEMORY_BYTES", 250 << 20)
    with Decoder(1) as decoder:
        with pytest.raises(UnreadableImage, match="memory"):
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
        {"refused": ["no", "text"], "bytes": 0},
        {"bytes": 3},
        ["no", "object"],
    ],
)
def test_a_lying_child_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: object) -> None:
    """A header that contradicts the limits allocates nothing and counts as a crash."""
    child_program(tmp_path, monkeypatch, f"ask(); answer({header!r}, bytes(3)); time.sleep(60)\n")
    with Decoder(1) as decoder, pytest.raises(UnreadableImage):
        decoder.decode(b"a picture")


def test_many_threads_share_the_children(decoder: Decoder) -> None:
    """Sixteen threads over two children, sound and broken pictures mixed: each gets its own picture's answer."""
    pictures = [encoded(scene(20 + i, 30), "PNG") for i in range(40)]

    def width(data: bytes) -> int:
        try:
            return decoder.decode(data).rgb.shape[1]
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
