"""How migrations reach the database: as the owner of the tables, through psycopg (alembic is not async).

The connection is handed in by app/core/migrations.py; from the command line it is taken from
COURTSIDE_OWNER_DATABASE_URL.
"""

import os

from alembic import context
from sqlalchemy import Connection, create_engine, make_url
from sqlmodel import SQLModel

import app.core.tables
import app.datasets.tables
import app.features.tables
import app.governance.tables
import app.lineage.tables
import app.registry.tables
import app.serving.tables
import app.stats.tables
import app.training.tables  # noqa: F401 - each module registers its tables


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=SQLModel.metadata, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    url = make_url(os.environ["COURTSIDE_OWNER_DATABASE_URL"]).set(drivername="postgresql+psycopg")
    with create_engine(url).connect() as opened:
        migrate(opened)
        opened.commit()
