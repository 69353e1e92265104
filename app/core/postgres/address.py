"""Where the private server listens, in the one form that asyncpg, psycopg and SQLAlchemy all read."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SUPERUSER = "postgres"
PORT = 5432


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """A folder with a Unix socket in it; the port is only a part of the socket's name."""

    socket_directory: Path
    port: int = PORT

    @property
    def socket(self) -> Path:
        """The socket's own path."""
        return self.socket_directory / f".s.PGSQL.{self.port}"

    def url(self, *, user: str, database: str) -> str:
        """Write the address as a connection string; the port is named so that PGPORT cannot change it."""
        host = quote(str(self.socket_directory), safe="/")
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={host}&port={self.port}"
