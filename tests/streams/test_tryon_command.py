"""`virton tryon` against a gateway that answers as told: exit statuses, what goes where, and what it survives."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from streams import client
from streams.client import Client, parse_events
from streams.commands.tryon import command
from streams.local.kafka import free_port
from tests.streams.fake_gateway import TRYON, FakeGateway, progress, result, running, sse

PICTURES = [
    {"sample": 0, "url": f"/v1/tryons/{TRYON}/pictures/0", "assessment": {}},
    {"sample": 1, "url": f"/v1/tryons/{TRYON}/pictures/1", "assessment": {}},
]


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    with running(FakeGateway(streams=[result("completed", pictures=PICTURES[:1])])) as fake:
        yield fake


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A person's photo and a garment's."""
    person, garment = tmp_path / "person.jpg", tmp_path / "garment.png"
    person.write_bytes(b"the person")
    garment.write_bytes(b"the garment")
    return str(person), str(garment)


def _tryon(gateway: FakeGateway, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--server", gateway.url])


def test_completed(gateway: FakeGateway, files: tuple[str, str], tmp_path: Path) -> None:
    """Exit 0; the result event alone on stdout; progress on stderr; the picture in the file."""
    gateway.streams = [progress("generation", 3, 20) + result("completed", pictures=PICTURES[:1])]
    out = tmp_path / "out.png"

    ended = _tryon(gateway, *files, "--category", "upper", "--out", str(out))

    assert ended.exit_code == 0
    assert json.loads(ended.stdout)["status"] == "completed"
    assert "generation 3/20" in ended.stderr
    assert out.read_bytes() == gateway.picture


def test_more_samples_go_to_numbered_files(gateway: FakeGateway, files: tuple[str, str], tmp_path: Path) -> None:
    """The second picture goes to FILE-2, before the suffix."""
    gateway.streams = [result("completed", pictures=PICTURES)]
    ended = _tryon(gateway, *files, "--category", "upper", "--samples", "2", "--out", str(tmp_path / "out.png"))
    assert ended.exit_code == 0
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out-2.png", "out.png"]


@pytest.mark.parametrize(("status", "code"), [("rejected", 3), ("failed", 4), ("cancelled", 5)])
def test_every_other_end_has_its_exit_status(
    gateway: FakeGateway, files: tuple[str, str], tmp_path: Path, status: str, code: int
) -> None:
    """A script can tell a rejected photo from a failure without reading the JSON, and no file is written."""
    gateway.streams = [result(status, reason="internal" if status == "failed" else None)]
    ended = _tryon(gateway, *files, "--category", "upper", "--out", str(tmp_path / "out.png"))
    assert ended.exit_code == code
    assert json.loads(ended.stdout)["status"] == status
    assert not (tmp_path / "out.png").exists()


def test_everything_given_reaches_the_service(gateway: FakeGateway, files: tuple[str, str], tmp_path: Path) -> None:
    """Two garments with their categories in order, the back, every option, the key; and an idempotency key."""
    person, garment = files
    ended = _tryon(
        gateway, person, garment, garment, "--category", "upper", "--category", "lower", "--garment-back", garment,
        "--quality", "best", "--seed", "7", "--steps", "5", "--samples", "2", "--locale", "de", "--shop", "s1",
        "--shopper", "a1", "--consent-training", "--api-key", "secret", "--out", str(tmp_path / "out.png"),
    )  # fmt: skip
    assert ended.exit_code == 0
    [(headers, body)] = gateway.requests("POST", "/v1/tryons")
    assert headers["authorization"] == "Bearer secret"
    assert headers["idempotency-key"]
    form = body.decode()
    assert form.count('name="garment"; filename="garment.png"') == 2
    assert form.count('name="garment_back"') == 1
    assert form.index("upper") < form.index("lower")
    for name, value in {
        "quality": "best", "seed": "7", "steps": "5", "samples": "2", "locale": "de", "shop": "s1", "shopper": "a1",
        "consent_training": "true",
    }.items():  # fmt: skip
        assert f'name="{name}"\r\n\r\n{value}\r\n' in form


def test_what_is_not_given_is_left_to_the_service(gateway: FakeGateway, files: tuple[str, str], tmp_path: Path) -> None:
    """Defaults are the gateway's: the form has no field that nobody set."""
    _tryon(gateway, *files, "--category", "dress", "--out", str(tmp_path / "out.png"))
    [(_, body)] = gateway.requests("POST", "/v1/tryons")
    assert sorted(re.findall(rb'form-data; name="(\w+)"', body)) == [b"category", b"garment", b"photo"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["{person}", "{garment}", "--out", "{out}"],
        ["{person}", "{garment}", "--category", "hat", "--out", "{out}"],
        ["{person}", "{garment}", "--category", "upper", "--category", "lower", "--out", "{out}"],
        ["{person}", "--category", "upper", "--out", "{out}"],
        ["{person}.missing", "{garment}", "--category", "upper", "--out", "{out}"],
        ["{person}", "{garment}", "--category", "upper"],
        ["{person}", "{garment}", "--category", "upper", "--out", "{out}/no/such/folder.png"],
        ["{person}", "{garment}", "--category", "upper", "--samples", "5", "--out", "{out}"],
    ],
)
def test_wrong_usage(gateway: FakeGateway, files: tuple[str, str], tmp_path: Path, arguments: list[str]) -> None:
    """Exit 2 and a sentence on stderr, before anything is uploaded."""
    values = {"person": files[0], "garment": files[1], "out": str(tmp_path / "out.png")}
    ended = _tryon(gateway, *(argument.format(**values) for argument in arguments))
    assert ended.exit_code == 2
    assert ended.stderr
    assert gateway.asked == []


@pytest.mark.parametrize(("code", "exit_code"), [("unreadable_image", 3), ("invalid_field", 2)])
def test_a_refused_upload(
    gateway: FakeGateway, files: tuple[str, str], tmp_path: Path, code: str, exit_code: int
) -> None:
    """A picture refused at the door is a rejection, a refused field is wrong usage; what to do is told."""
    gateway.starts = [(422, {}, {"title": "no", "detail": "Take another photo.", "code": code})]
    ended = _tryon(gateway, *files, "--category", "upper", "--out", str(tmp_path / "out.png"))
    assert ended.exit_code == exit_code
    assert "Take another photo." in ended.stderr


def test_nobody_answers(files: tuple[str, str], tmp_path: Path) -> None:
    """Exit 6, naming the address."""
    gateway = FakeGateway(url=f"http://127.0.0.1:{free_port()}")
    ended = _tryon(gateway, *files, "--category", "upper", "--timeout", "1", "--out", str(tmp_path / "out.png"))
    assert ended.exit_code == 6
    assert gateway.url in ended.stderr


def test_a_stopped_service_is_not_waited_for_like_a_queue(
    files: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens: exit 6 after AWAY_S, whatever --timeout allows for the try-on."""
    monkeypatch.setattr(client, "AWAY_S", 0.6)
    gateway = FakeGateway(url=f"http://127.0.0.1:{free_port()}")
    began = time.monotonic()
    ended = _tryon(gateway, *files, "--category", "upper", "--timeout", "30", "--out", str(tmp_path / "out.png"))
    assert ended.exit_code == 6
    assert 0.6 <= time.monotonic() - began < 15


def test_a_proxy_without_its_gateway_is_an_absent_service(
    gateway: FakeGateway, files: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """502 does not ask to come again: it is waited for as long as for nobody at all."""
    monkeypatch.setattr(client, "AWAY_S", 0.6)
    gateway.starts = [(502, {}, {})]
    began = time.monotonic()
    ended = _tryon(gateway, *files, "--category", "upper", "--timeout", "30", "--out", str(tmp_path / "out.png"))
    assert ended.exit_code == 6
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("retry_after", ["3600", "inf", "nan", "-5", "Fri, 31 Dec 1999 23:59:59 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_waited_for_up_to_the_timeout(
    gateway: FakeGateway, files: tuple[str, str], tmp_path: Path, status: int, retry_after: str
) -> None:
    """Whatever Retry-After says, --timeout ends the waiting; it is asked once more at the end."""
    gateway.starts = [(status, {"Retry-After": retry_after}, {"detail": "Come again later."})]
    began = time.monotonic()
    ended = _tryon(gateway, *files, "--category", "upper", "--timeout", "1", "--out", str(tmp_path / "out.png"))
    assert ended.exit_code == 6
    assert "Come again later." in ended.stderr
    assert 1 <= time.monotonic() - began < 15
    assert len(gateway.requests("POST", "/v1/tryons")) >= 2


def test_a_busy_service_is_waited_for_longer_than_an_absent_one(
    gateway: FakeGateway, files: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 again and again is an answer each time: AWAY_S does not end it."""
    monkeypatch.setattr(client, "AWAY_S", 0.1)
    gateway.starts = [*[(503, {}, {"detail": "busy"})] * 2, *gateway.starts]
    ended = _tryon(gateway, *files, "--category", "upper", "--out", str(tmp_path / "out.png"))
    assert ended.exit_code == 0


def test_no_result_in_time(gateway: FakeGateway, files: tuple[str, str], tmp_path: Path) -> None:
    """Exit 6 after the timeout, with the id by which the result can be had later."""
    gateway.streams = [progress("parsing", 0, 1)]
    ended = _tryon(gateway, *files, "--category", "upper", "--timeout", "1", "--out", str(tmp_path / "out.png"))
    assert ended.exit_code == 6
    assert TRYON in ended.stderr


def test_a_long_queue_is_waited_for(gateway: FakeGateway, files: tuple[str, str], tmp_path: Path) -> None:
    """429 with Retry-After is no failure: the upload is repeated, under the same idempotency key."""
    gateway.starts = [(429, {"Retry-After": "0"}, {"detail": "busy"}), *gateway.starts]
    ended = _tryon(gateway, *files, "--category", "upper", "--out", str(tmp_path / "out.png"))
    assert ended.exit_code == 0
    first, second = gateway.requests("POST", "/v1/tryons")
    assert first[0]["idempotency-key"] == second[0]["idempotency-key"]


def test_a_broken_stream_is_taken_up_where_it_broke(
    gateway: FakeGateway, files: tuple[str, str], tmp_path: Path
) -> None:
    """A gateway that restarts ends the stream: the next connection says which event was the last."""
    gateway.streams = [progress("parsing", 0, 1, event_id="17"), *gateway.streams]
    ended = _tryon(gateway, *files, "--category", "upper", "--out", str(tmp_path / "out.png"))
    assert ended.exit_code == 0
    first, second = gateway.requests("GET", f"/v1/tryons/{TRYON}/events")
    assert "last-event-id" not in first[0]
    assert second[0]["last-event-id"] == "17"


def test_ctrl_c_cancels(gateway: FakeGateway, files: tuple[str, str], tmp_path: Path) -> None:
    """SIGINT asks the service to stop the try-on, waits for its end, prints it, and exits with 5."""
    gateway.streams = [progress("generation", 1, 20)]

    def cancelled() -> None:
        gateway.cancelled.wait(20)
        gateway.streams[:] = [result("cancelled")]

    waiting = threading.Thread(target=cancelled)
    waiting.start()
    tryon = [sys.executable, "-m", "streams.cli", "tryon", *files, "--category", "upper"]
    tryon += ["--out", str(tmp_path / "out.png"), "--server", gateway.url]
    child = subprocess.Popen(tryon, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while not gateway.requests("GET", f"/v1/tryons/{TRYON}/events") and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(child.pid, signal.SIGINT)
    stdout, stderr = child.communicate(timeout=30)
    waiting.join()

    assert child.returncode == 5
    assert json.loads(stdout)["status"] == "cancelled"
    assert "cancelling" in stderr


def test_a_cancellation_that_comes_too_late(gateway: FakeGateway) -> None:
    """409 says that it was over already: nothing to cancel, nothing to fail for."""
    gateway.cancel_status = 409
    with Client(gateway.url) as client:
        assert client.cancel(TRYON) is False


def test_server_sent_events_are_read_as_the_standard_has_them() -> None:
    """Comments, several data lines, an id that stays, a missing space after the colon."""
    lines = [
        ": ping",
        "id:1",
        "event: progress",
        'data: {"a":',
        "data: 1}",
        "",
        "",
        *sse("result", {}, "2").split("\n"),
    ]
    first, second = parse_events(iter(lines))
    assert (first.id, first.name, first.data) == ("1", "progress", {"a": 1})
    assert (second.id, second.name) == ("2", "result")
