"""A cluster that asks for a name, a password and TLS: all three clients of the service get in, others do not.

A real Apache Kafka with a SASL_SSL listener, SCRAM-SHA-512, and a certificate that Java's keytool makes.
"""

import asyncio
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from kafka.admin import KafkaAdminClient, ScramMechanism, UserScramCredentialUpsertion

from schemas.envelope import Context
from schemas.errors import UnavailableError
from schemas.events import Event, FeedbackGiven, TryOnCancelled
from streams.apps import StageApp
from streams.cancellations import Cancellations
from streams.delivery import StageSpec
from streams.local.errors import LocalRunError
from streams.local.kafka import LocalKafka, free_port
from streams.publisher import KafkaPublisher
from streams.settings import Settings
from streams.topics import ensure_topics
from tests.support import missing

pytestmark = pytest.mark.kafka

STORE_PASSWORD, USER, PASSWORD = "keystore-1", "virton", "correct horse"

# The patience of this test with a join or a delivery; both take 1 to 3 s on 2 busy cores.
PATIENCE_S = 60.0


class SecuredKafka(LocalKafka):
    """The local Kafka with a second listener that wants SASL over TLS."""

    def __init__(self, data: Path, keystore: Path) -> None:
        super().__init__(data)
        self.secured_port = free_port()
        self._keystore = keystore

    def properties(self) -> str:
        listener = f"SASL_SSL://127.0.0.1:{self.secured_port}"
        text = super().properties().replace("\nadvertised.listeners=", f"\nadvertised.listeners={listener},")
        text = text.replace("\nlisteners=", f"\nlisteners={listener},")
        return text + "\n".join(
            [
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
                "inter.broker.listener.name=PLAINTEXT",
                "sasl.enabled.mechanisms=SCRAM-SHA-512",
                "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config="
                "org.apache.kafka.common.security.scram.ScramLoginModule required;",
                "ssl.keystore.type=PKCS12",
                f"ssl.keystore.location={self._keystore}",
                f"ssl.keystore.password={STORE_PASSWORD}",
                "",
            ]
        )


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A keystore with a key for 127.0.0.1, and its certificate as PEM."""
    keystore, pem = folder / "broker.p12", folder / "ca.pem"
    common = ["-alias", "broker", "-keystore", str(keystore), "-storetype", "PKCS12", "-storepass", STORE_PASSWORD]
    made = ["-genkeypair", "-keyalg", "RSA", "-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1", "-validity", "2"]
    for arguments in (made, ["-exportcert", "-rfc", "-file", str(pem)]):
        subprocess.run(["keytool", *arguments, *common], check=True, capture_output=True)
    return keystore, pem


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a client that may enter."""
    folder = tmp_path_factory.mktemp("secured")
    try:
        keystore, pem = _certificate(folder)
        broker = SecuredKafka(folder / "kafka", keystore)
        broker.start()
    except (FileNotFoundError, LocalRunError) as error:
        missing(str(error))
    try:
        admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
        user = UserScramCredentialUpsertion(USER, ScramMechanism.SCRAM_SHA_512, PASSWORD, iterations=4096)
        admin.alter_user_scram_credentials([user])
        admin.close()
        yield Settings(
            data=folder,
            kafka_bootstrap=f"127.0.0.1:{broker.secured_port}",
            kafka_security_protocol="SASL_SSL",
            kafka_sasl_username=USER,
            kafka_sasl_password=PASSWORD,
            kafka_ssl_cafile=pem,
        )
    finally:
        broker.stop()


async def test_every_client_enters_with_name_password_and_certificate(secured: Settings) -> None:
    """kafka-python makes the topics, aiokafka publishes and reads, and a Faust stage handles what was published."""
    await asyncio.to_thread(ensure_topics, secured, patience_s=PATIENCE_S)
    handled: asyncio.Queue[Event] = asyncio.Queue()

    async def handle(event: Event, context: Context) -> Sequence[Event]:
        await handled.put(event)
        return ()

    publisher, cancellations = KafkaPublisher(secured), Cancellations(secured)
    given, cancelled = FeedbackGiven(tryon=uuid4(), accurate=True), TryOnCancelled(tryon=uuid4())
    await publisher.publish(given, Context.new("test"))
    await publisher.publish(cancelled, Context.new("test"))
    await cancellations.start()
    stage = StageApp(StageSpec("secured", {"virton.feedback.given": handle}), secured, publisher)
    running = asyncio.create_task(stage.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            assert await handled.get() == given
        assert cancellations.contains(cancelled.tryon)
    finally:
        await stage.drain(1.0)
        running.cancel()
        await stage.stop(5.0)
        await cancellations.stop()
        await publisher.stop()


async def test_a_wrong_password_is_said_and_nothing_is_published(secured: Settings) -> None:
    """The broker refuses, and the publisher says that it cannot connect instead of hanging."""
    wrong = secured.model_copy(update={"kafka_sasl_username": "nobody"})
    publisher = KafkaPublisher(wrong)
    with pytest.raises(UnavailableError, match="cannot connect"):
        await publisher.publish(TryOnCancelled(tryon=uuid4()), Context.new("test"))
    await publisher.stop()
