"""All SQL of lineage: edges written once each, walked along either of their ends."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.core.ids import GlobalId, new_id
from app.core.session import Connection, Session
from app.lineage.views import EdgeView

_UPSERT: Final = """
    insert into lineage_edge as known
        (id, from_type, from_key, to_type, to_key, run_id, transformation, first_seen, last_seen)
    select id, from_type, from_key, to_type, to_key, run_id, transformation, $8, $8
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[])
        as made (id, from_type, from_key, to_type, to_key, run_id, transformation)
    on conflict (workspace_id, from_type, from_key, to_type, to_key, transformation) do update
        set first_seen = least(known.first_seen, excluded.first_seen),
            last_seen = greatest(known.last_seen, excluded.last_seen)"""
_WALK: Final = """
    with recursive walk (type, key, depth) as (
        select $1::text, $2::text, 0
        union
        select e.{far}_type, e.{far}_key, walk.depth + 1 from walk
            join lineage_edge e on e.{near}_type = walk.type and e.{near}_key = walk.key
        where walk.depth < $3
    ) select type, key, depth from walk limit $4"""
"""Level by level, the nearest first; lazily, so that the limit also bounds the work."""
_UPSTREAM: Final = _WALK.format(near="to", far="from")
_DOWNSTREAM: Final = _WALK.format(near="from", far="to")
_AMONG: Final = """
    select e.from_type, e.from_key, e.to_type, e.to_key, e.run_id, e.transformation, e.first_seen, e.last_seen
    from unnest($1::text[], $2::text[]) as reached (type, key)
    cross join lateral (
        select * from lineage_edge e where e.to_type = reached.type and e.to_key = reached.key offset 0
    ) e
    join unnest($1::text[], $2::text[]) as origin (type, key)
        on origin.type = e.from_type and origin.key = e.from_key
    order by e.first_seen, e.id"""
"""From the end at which few edges meet: much is made from one thing, little from many."""


@dataclass(frozen=True, slots=True)
class NewEdge:
    """That `target` was made from `origin`."""

    origin: GlobalId
    target: GlobalId
    transformation: str
    run_id: UUID | None = None


async def upsert_edges(session: Session, edges: Sequence[NewEdge], *, at: dt.datetime) -> None:
    """Write edges; of one that is known, only the times move."""
    driver = await session.driver()
    columns = (
        [new_id() for _ in edges],
        [edge.origin.type_name for edge in edges],
        [edge.origin.key for edge in edges],
        [edge.target.type_name for edge in edges],
        [edge.target.key for edge in edges],
        [edge.run_id for edge in edges],
        [edge.transformation for edge in edges],
    )
    await driver.execute(_UPSERT, *columns, at)


async def walk_from(
    connection: Connection, root: GlobalId, *, upstream: bool, depth: int, limit: int
) -> list[tuple[GlobalId, int]]:
    """Give up to `limit` steps from a node with their depths, the node itself first, the nearest first.

    A node that several ways lead to may come several times.
    """
    sql = _UPSTREAM if upstream else _DOWNSTREAM
    rows = await connection.fetch(sql, root.type_name, root.key, depth, limit)
    return [(GlobalId(row["type"], row["key"]), row["depth"]) for row in rows]


async def edges_among(connection: Connection, nodes: Sequence[GlobalId]) -> list[EdgeView]:
    """List the edges between these nodes, the oldest first."""
    rows = await connection.fetch(_AMONG, [each.type_name for each in nodes], [each.key for each in nodes])
    return [
        EdgeView(
            origin=GlobalId(row["from_type"], row["from_key"]),
            target=GlobalId(row["to_type"], row["to_key"]),
            run_id=row["run_id"],
            transformation=row["transformation"],
            first_seen=row["first_seen"],
            last_seen=row["last_seen"],
        )
        for row in rows
    ]
