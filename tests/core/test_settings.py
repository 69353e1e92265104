import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.core.errors import Invalid
from app.core.settings import PREFIX, Settings, load_settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)


def test_without_any_setting_the_defaults_hold() -> None:
    settings = load_settings()

    assert settings.database_url is None
    assert (settings.host, settings.port, settings.state_dir) == ("127.0.0.1", 8000, Path(".courtside"))
    assert settings.key_file == Path(".courtside/api-key")
    assert settings.artifacts_directory == Path(".courtside/artifacts")


def test_the_environment_overrides_the_defaults_and_an_argument_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COURTSIDE_PORT", "9000")
    monkeypatch.setenv("COURTSIDE_HOST", "192.0.2.1")

    settings = load_settings(port=9001, host=None)

    assert (settings.host, settings.port) == ("192.0.2.1", 9001)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "http", "COURTSIDE_PORT is 'http': input should be a valid integer"),
        ("PORT", "70000", "COURTSIDE_PORT is '70000': input should be less than or equal to 65535."),
        ("LOG_LEVEL", "debug", "COURTSIDE_LOG_LEVEL is 'debug': input should be 'DEBUG', 'INFO'"),
        ("WORKER_CONCURRENCY", "0", "COURTSIDE_WORKER_CONCURRENCY is '0': input should be greater than"),
        ("REQUEST_TIMEOUT_SECONDS", "-1", "COURTSIDE_REQUEST_TIMEOUT_SECONDS is '-1': input should be"),
        ("EVENT_RETENTION_HOURS", "long", "COURTSIDE_EVENT_RETENTION_HOURS is 'long': input should be"),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence_that_names_the_variable_and_what_was_found(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)

    with pytest.raises(Invalid) as refusal:
        load_settings()

    assert refusal.value.message.startswith(told)
    assert "\n" not in refusal.value.message
    assert [issue.path for issue in refusal.value.issues] == [(PREFIX + name,)]


def test_every_wrong_value_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_PORT", "http")
    monkeypatch.setenv("COURTSIDE_LOG_FORMAT", "xml")

    with pytest.raises(Invalid) as refusal:
        load_settings()

    assert {issue.path[0] for issue in refusal.value.issues} == {"COURTSIDE_PORT", "COURTSIDE_LOG_FORMAT"}


def test_an_empty_variable_is_the_same_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_DATABASE_URL", "")
    monkeypatch.setenv("COURTSIDE_PORT", "")

    assert (load_settings().database_url, load_settings().port) == (None, 8000)


def test_a_password_does_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_DATABASE_URL", "postgresql://courtside:hunter2@db/courtside")

    settings = load_settings()

    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_settings_cannot_be_changed_later() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().port = 1


def test_every_setting_is_described() -> None:
    assert all((field.description or "").endswith(".") for field in Settings.model_fields.values())
