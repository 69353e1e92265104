"""Forgetting old events. What handlers still wait for is not touched: it lies in a table of its own."""

import structlog
from sqlalchemy import text

from app.core.database import Database
from app.core.ids import WorkspaceId

log = structlog.get_logger()

_FIND_OLD = text("""
    select topic, max(sequence) as through from event
    where at < now() - make_interval(secs => 3600 * cast(:hours as double precision))
    group by topic order by topic
""")
_SAY_GAP = text(
    "update event_topic set deleted_through = greatest(deleted_through, :through) where topic = :topic"
)
_DELETE = text("delete from event where topic = :topic and sequence <= :through")


async def delete_old(database: Database, workspace_id: WorkspaceId, *, hours: float) -> int:
    """Delete the workspace's and the league's events older than `hours`; return how many were deleted.

    A topic loses its beginning only, so that a stream which resumes there can say how many it missed.
    """
    async with database.writing(workspace_id) as session:
        old = (await session.execute(_FIND_OLD, {"hours": hours})).all()
    deleted = 0
    for topic, through in old:  # one transaction a topic: whoever holds two of them could block a writer
        async with database.writing(workspace_id) as session:
            where = {"topic": topic, "through": through}
            connection = await session.connection()
            await connection.execute(_SAY_GAP, where)
            deleted += (await connection.execute(_DELETE, where)).rowcount
    if deleted:
        log.info("events.deleted", count=deleted, topics=len(old), older_than_hours=hours)
    return deleted
