"""All SQL of governance: keys and the audit trail."""

import uuid
from collections.abc import Sequence

import asyncpg
from sqlalchemy import text
from sqlmodel import col, select

from app.core.database import Database
from app.core.ids import ActorId, WorkspaceId
from app.core.session import Session
from app.governance.tables import ApiKey, AuditEntry

_FIND_KEY = """
    select id, workspace_id, name, secret_hash, scopes, expires_at, last_used_at, revoked_at
    from find_api_key($1)
"""
_NOTE_USE = text("""
    update api_key set last_used_at = now()
    where id = :id and coalesce(last_used_at < now() - make_interval(secs => :at_most_every_seconds), true)
""")
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def add_key(session: Session, key: ApiKey) -> ApiKey:
    """Store a new key and read back what the database filled in."""
    session.add(key)
    await session.flush()
    await session.refresh(key)
    return key


async def find_key(session: Session, key_id: uuid.UUID) -> ApiKey | None:
    """Return the workspace's key, locked for a change."""
    return (await session.exec(select(ApiKey).where(ApiKey.id == key_id).with_for_update())).one_or_none()


async def list_keys(session: Session) -> Sequence[ApiKey]:
    """Return the workspace's keys, newest first."""
    return (await session.exec(select(ApiKey).order_by(col(ApiKey.id).desc()))).all()


async def find_key_of_anybody(database: Database, prefix: str) -> asyncpg.Record | None:
    """Return the key with this prefix, whichever workspace it belongs to: that is what it is asked for."""
    rows = await database.fetch(_FIND_KEY, prefix)
    return rows[0] if rows else None


async def note_use(
    database: Database, workspace_id: WorkspaceId, key_id: ActorId | None, *, at_most_every_seconds: float
) -> None:
    """Remember that the key was used now, unless that was noted a moment ago."""
    async with database.writing(workspace_id) as session:
        await session.execute(_NOTE_USE, {"id": key_id, "at_most_every_seconds": at_most_every_seconds})


async def wait_for_turn(session: Session, name: str) -> None:
    """Let only one transaction at a time go on with `name`, in all processes."""
    await session.execute(_ONE_AT_A_TIME, {"name": name})


async def add_audit_entry(session: Session, entry: AuditEntry) -> None:
    """Add a line to the audit trail, in the transaction of what it tells."""
    session.add(entry)
    await session.flush()
