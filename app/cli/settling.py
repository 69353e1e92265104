"""What every command begins with: its settings, and where it logs to."""

import sys
from pathlib import Path

from app.core.logging import configure_logging
from app.core.settings import Settings, load_settings


def settle(
    *, state_dir: Path | None = None, host: str | None = None, port: int | None = None, answers: bool = False
) -> Settings:
    """Read the settings and begin to log.

    A command that `answers` keeps standard output for its answer: it logs to standard error, and only what
    is wrong unless a level was asked for.
    """
    settings = load_settings(state_dir=state_dir, host=host, port=port)
    json = None if settings.log_format == "auto" else settings.log_format == "json"
    level = "WARNING" if answers and "log_level" not in settings.model_fields_set else settings.log_level
    configure_logging(level, json=json, stream=sys.stderr if answers else sys.stdout)
    return settings
