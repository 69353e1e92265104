"""A private, real PostgreSQL that lives in the state folder and needs no administrator.

One server a state folder, shared by every process that asks for it, stopped by the last of them. What
lives is asked of the kernel (sockets and locks), never of a pid file. This room refuses to listen on
the network, to run as root, and to change the permissions of folders that it did not make. Linux only.
"""

from app.core.postgres.address import SUPERUSER, PostgresAddress
from app.core.postgres.failures import PostgresUnavailable
from app.core.postgres.supervisor import EmbeddedPostgres

__all__ = ["SUPERUSER", "EmbeddedPostgres", "PostgresAddress", "PostgresUnavailable"]
