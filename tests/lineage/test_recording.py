from collections import Counter
from pathlib import Path

from sqlalchemy import text

from app.core.database import Database
from app.core.handling import deliver_pending
from app.core.ids import WorkspaceId
from tests.lineage.make import HANDLERS, make_chain

KEYS = "select id, from_type, from_key, to_type, to_key, run_id, transformation from lineage_edge order by id"
EDGES = "select from_type, to_type, transformation, run_id is not null as by_a_run from lineage_edge"


async def test_each_step_is_recorded_by_the_event_that_it_tells(
    database: Database, workspace_id: WorkspaceId, tmp_path: Path
) -> None:
    await make_chain(database, workspace_id, tmp_path)

    async with database.reading(workspace_id) as connection:
        edges = Counter(tuple(row) for row in await connection.fetch(EDGES))

    assert edges == {
        ("SourceFile", "DatasetVersion", "reading", True): 1,
        ("DatasetVersion", "DatasetVersion", "ingestion", True): 1,
        ("DatasetVersion", "DatasetVersion", "point-in-time features", True): 1,
        ("FeatureView", "DatasetVersion", "feature definitions", True): 1,
        ("DatasetVersion", "ModelVersion", "training", True): 1,
        ("ModelVersion", "Deployment", "deployment", False): 1,
        ("Deployment", "Prediction", "prediction", False): 2,
    }


async def test_an_event_that_comes_twice_leaves_the_same_edges(
    database: Database, workspace_id: WorkspaceId, tmp_path: Path
) -> None:
    await make_chain(database, workspace_id, tmp_path)
    again = text("""
        insert into event_pending (topic, sequence, kind, at, payload, workspace_id)
        select topic, sequence, kind, at, payload, workspace_id from event where kind = any(:kinds)""")
    async with database.reading(workspace_id) as connection:
        before = await connection.fetch(KEYS)

    async with database.writing(workspace_id) as session:
        await session.execute(again, {"kinds": list(HANDLERS)})
    taken = await deliver_pending(database, workspace_id, HANDLERS)

    async with database.reading(workspace_id) as connection:
        after = await connection.fetch(KEYS)
    assert taken >= 5
    assert [tuple(row) for row in after] == [tuple(row) for row in before]
