"""Settings from `VIRTON_*` environment variables; besides them only JAVA_HOME is read, by the local run."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What every part is configured by; each field is the variable `VIRTON_<NAME>`, documented in the README."""

    model_config = SettingsConfigDict(env_prefix="VIRTON_", frozen=True, extra="ignore")

    data: Path = Field(default=Path("data"), description="Folder for everything kept on this machine.")

    kafka_bootstrap: str = Field(default="127.0.0.1:9092", description="`host:port`, several separated by commas.")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."
    )
    kafka_sasl_username: str = Field(default="", description="The SASL user.")
    kafka_sasl_password: SecretStr = Field(default=SecretStr(""), description="The SASL user's password.")
    kafka_ssl_cafile: Path | None = Field(default=None, description="CA certificate (PEM); without it the system's.")
    kafka_ssl_certfile: Path | None = Field(default=None, description="Client certificate (PEM), for mTLS.")
    kafka_ssl_keyfile: Path | None = Field(default=None, description="Key of the client certificate (PEM).")
    kafka_replication: int = Field(
        default=-1, ge=-1, description="Replication factor of topics that Virton creates; -1: the cluster's default."
    )

    store_url: str = Field(default="", description="`s3://bucket/prefix` or `file:///folder`; default DATA/objects.")
    database_url: str = Field(default="", description="SQLAlchemy URL; default SQLite at DATA/virton.sqlite.")
    dataset: str = Field(
        default="", description="Training data: a folder or `s3://bucket/prefix`; default DATA/dataset."
    )
    collect_age_s: float = Field(
        default=60.0, gt=0, description="Training examples wait so long for their chunk to fill."
    )
    weights: Path | None = Field(default=None, description="Folder of fetched weights; default is the user's cache.")

    gateway_host: str = Field(default="127.0.0.1", description="Where the gateway listens; 0.0.0.0 in a pod.")
    gateway_port: int = Field(default=8080, ge=0, le=65535, description="The gateway's port; 0: a free one.")
    api_keys: dict[str, SecretStr] = Field(
        default={}, description='JSON, shop to key: {"shop-1": "..."}. Empty: no key is needed, for local runs.'
    )
    # The best JPEG that a phone makes of 24 megapixels, the most that is decoded, has 12 to 18 MB.
    max_upload_bytes: int = Field(default=20_000_000, ge=1, description="The largest picture that the gateway takes.")
    max_queue: int = Field(
        default=200, ge=1, description="Try-ons under way, of each shop that has a key, above which there is a 429."
    )
    tryon_expires_s: float = Field(default=3600.0, gt=0, description="A try-on not begun by then fails as expired.")

    probe_host: str = Field(default="127.0.0.1", description="0.0.0.0 in a pod.")
    probe_port: int = Field(default=0, ge=0, le=65535, description="/livez, /readyz, /metrics; 0: a free port.")
    drain_s: float = Field(
        default=8.0, ge=0, description="How long a worker that is told to stop lets events in flight finish."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error."
    )
    log_json: bool | None = Field(default=None, description="Default: JSON unless stderr is a terminal.")

    @cached_property
    def objects_url(self) -> str:
        """The object store's URL."""
        return self.store_url or (self.data.absolute() / "objects").as_uri()

    @cached_property
    def sql_url(self) -> str:
        """The read model's SQLAlchemy URL (async drivers)."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data.absolute() / 'virton.sqlite'}"

    @cached_property
    def dataset_place(self) -> str:
        """Where the collector writes: a folder, or an S3 URL."""
        return self.dataset or str(self.data.absolute() / "dataset")

    @cached_property
    def weights_folder(self) -> Path:
        """Where fetched weights are."""
        return self.weights or Path.home() / ".cache" / "virton" / "weights"
