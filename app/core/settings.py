"""Every setting of the platform: one frozen object, read in the roofs and handed down.

No other module reads the environment. A wrong value stops the start with a sentence.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.errors import Invalid, Issue

PREFIX = "COURTSIDE_"


class Settings(BaseSettings):
    """What can be set, with its default; each field is read from COURTSIDE_<NAME>."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL address of the application's role, a member of courtside_app that is neither "
        "owner nor superuser. Empty: a private PostgreSQL is started in the state folder.",
    )
    owner_database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL address of the role that owns the tables, for migrations and MLflow's "
        "schema only. Needed together with COURTSIDE_DATABASE_URL.",
    )
    state_dir: Path = Field(
        Path(".courtside"), description="Folder for the private PostgreSQL, model files and the local key."
    )
    host: str = Field(
        "127.0.0.1", description="Address to listen on; any but loopback needs a key of your own."
    )
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    api_key: SecretStr | None = Field(
        None,
        description="Key with which train and predict ask a server. Empty: the local key of the state "
        "folder, sent to this machine only.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least important event that is written."
    )
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="console, json, or auto: console in a terminal and json elsewhere."
    )
    database_pool_size: int = Field(
        8, ge=1, le=100, description="Connections a process may open for reading."
    )
    worker_concurrency: int = Field(2, ge=1, le=64, description="Jobs that one worker runs at a time.")
    worker_heartbeat_seconds: float = Field(
        1.0, gt=0, le=60, description="How often a worker says that it is alive."
    )
    worker_stalled_seconds: float = Field(
        5.0, gt=0, le=600, description="Silence after which the jobs of a worker are given to another."
    )
    max_query_cost: int = Field(
        100_000, ge=1, description="The most an operation may cost, in the points that the schema declares."
    )
    max_query_depth: int = Field(15, ge=1, description="How many levels of fields an operation may have.")
    max_query_tokens: int = Field(4_000, ge=1, description="How many lexical tokens a document may have.")
    max_query_aliases: int = Field(60, ge=0, description="How many aliases an operation may use.")
    max_body_bytes: int = Field(1_000_000, ge=1_000, description="The largest request body, in bytes.")
    request_timeout_seconds: float = Field(
        30.0, gt=0, description="Time after which an operation is given up."
    )
    stream_heartbeat_seconds: float = Field(
        10.0, gt=0, description="How often a silent subscription says that it is alive."
    )
    event_retention_hours: float = Field(
        72.0, gt=0, description="How long a stream can be resumed, in hours."
    )

    @property
    def artifacts_directory(self) -> Path:
        """Where model files lie."""
        return self.state_dir / "artifacts"

    @property
    def logs_directory(self) -> Path:
        """Where `up` keeps what its children say."""
        return self.state_dir / "logs"

    @property
    def key_file(self) -> Path:
        """Where the local key is written, readable by its owner alone."""
        return self.state_dir / "api-key"


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment; raise `Invalid` with a sentence for each wrong value."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks each value
    except ValidationError as error:
        issues = [_issue(detail) for detail in error.errors()]
        raise Invalid("; ".join(issue.message for issue in issues), issues=issues) from None


def _issue(detail: object) -> Issue:
    assert isinstance(detail, dict)  # noqa: S101 - pydantic hands over plain dictionaries
    name = PREFIX + "_".join(str(part) for part in detail["loc"]).upper()
    reason = str(detail["msg"])
    return Issue(
        (name,), str(detail["type"]), f"{name} is {detail['input']!r}: {reason[:1].lower()}{reason[1:]}."
    )
