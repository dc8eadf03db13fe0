"""The examples against a cluster that asks for a name, a password and TLS, and a gateway that asks for a key."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from streams.settings import Settings
from streams.topics import ensure_topics
from tests.streams.fake_gateway import FakeGateway, running
from tests.streams.test_secured_kafka import PATIENCE_S, secured
from tests.system.test_examples import program

pytestmark = [pytest.mark.slow, pytest.mark.system, pytest.mark.kafka]
# pytest knows a fixture by its name in the module that uses it.
__all__ = ["secured"]


def run(language: str, settings: Settings, server: str, picture: Path) -> subprocess.CompletedProcess[str]:
    """The example, told of the cluster by the service's variables."""
    env = os.environ | {
        "VIRTON_KAFKA_SECURITY_PROTOCOL": settings.kafka_security_protocol,
        "VIRTON_KAFKA_SASL_USERNAME": settings.kafka_sasl_username,
        "VIRTON_KAFKA_SASL_PASSWORD": settings.kafka_sasl_password.get_secret_value(),
        "VIRTON_KAFKA_SSL_CAFILE": str(settings.kafka_ssl_cafile),
    }
    command = [*program(language), str(picture), str(picture), "--kafka", settings.kafka_bootstrap]
    command += ["--server", server, "--api-key", "one-key"]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE_S, env=env)


async def test_they_enter_and_say_what_is_in_the_way(secured: Settings, tmp_path: Path) -> None:
    """Without Virton's topics they say so at once, and upload nothing; with them they send the shop's key, and tell
    what the gateway answers. A wrong name does not get in."""
    picture = tmp_path / "red shirt.jpg"
    picture.write_bytes(b"a picture")
    gateway = FakeGateway(starts=[(401, {}, {"detail": "Send the shop's key."})])
    with running(gateway):
        for language in ("python", "node"):
            done = await asyncio.to_thread(run, language, secured, gateway.url, picture)
            assert done.returncode != 0
            assert "no topic virton.photo.uploaded" in done.stderr
        assert gateway.asked == []

        await asyncio.to_thread(ensure_topics, secured, patience_s=PATIENCE_S)
        for language in ("python", "node"):
            done = await asyncio.to_thread(run, language, secured, gateway.url, picture)
            assert done.returncode != 0
            assert "Send the shop's key." in done.stderr, done.stderr
        requests = gateway.requests("POST", "/v1/objects")
        assert [headers["authorization"] for headers, _ in requests] == ["Bearer one-key"] * 2

        for language in ("python", "node"):
            stranger = secured.model_copy(update={"kafka_sasl_username": "nobody"})
            done = await asyncio.to_thread(run, language, stranger, gateway.url, picture)
            assert done.returncode != 0
        assert len(gateway.requests("POST", "/v1/objects")) == 2
