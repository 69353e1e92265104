"""Making the private PostgreSQL ready: the database, its tables, and the role that the application uses."""

from dataclasses import dataclass

from psycopg import connect, sql

from app.core.migrations import migrate
from app.core.postgres import PostgresAddress

DATABASE = "courtside"
OWNER = "postgres"
LOGIN = "courtside"
GROUP = "courtside_app"


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """Where the application reads and writes, and where migrations run."""

    application: str
    owner: str


def provision(address: PostgresAddress, *, database: str = DATABASE) -> DatabaseUrls:
    """Create what is missing on the private server, migrate, and return the addresses of both roles."""
    with connect(address.url(user=OWNER, database="postgres"), autocommit=True) as connection:
        # two processes may start at once: the lock makes one of them wait for the other
        connection.execute("select pg_advisory_lock(hashtext('courtside.provision'))")
        if connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone() is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
        owner = address.url(user=OWNER, database=database)
        migrate(owner)
        if connection.execute("select 1 from pg_roles where rolname = %s", [LOGIN]).fetchone() is None:
            connection.execute(
                sql.SQL("create role {} login in role {}").format(
                    sql.Identifier(LOGIN), sql.Identifier(GROUP)
                )
            )
    return DatabaseUrls(application=address.url(user=LOGIN, database=database), owner=owner)
