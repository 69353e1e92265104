import datetime as dt

import pytest

from app.cli.open_door import refuse_open_door
from app.core.database import Database
from app.core.errors import Invalid
from app.core.ids import WorkspaceId
from app.governance.keys import create_key, revoke_key
from app.governance.local_key import NAME as LOCAL_KEY
from app.governance.scopes import Scope

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is refused
TOMORROW = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


async def test_loopback_needs_no_key(database: Database) -> None:
    await refuse_open_door("127.0.0.1", database)


async def test_other_address_is_refused_without_a_key(database: Database) -> None:
    with pytest.raises(Invalid, match="courtside keys create NAME"):
        await refuse_open_door(EVERYWHERE, database)


async def test_local_key_is_not_enough(database: Database, workspace_id: WorkspaceId) -> None:
    async with database.writing(workspace_id) as session:
        await create_key(session, LOCAL_KEY, [Scope.ADMIN])

    with pytest.raises(Invalid, match="no key but the local one"):
        await refuse_open_door(EVERYWHERE, database)


@pytest.mark.parametrize("ends", [None, TOMORROW])
async def test_key_that_somebody_made_opens_the_door(
    database: Database, workspace_id: WorkspaceId, ends: dt.datetime | None
) -> None:
    async with database.writing(workspace_id) as session:
        await create_key(session, "front end", [Scope.PREDICT], ends)

    await refuse_open_door(EVERYWHERE, database)


async def test_revoked_key_opens_nothing(database: Database, workspace_id: WorkspaceId) -> None:
    async with database.writing(workspace_id) as session:
        key, _ = await create_key(session, "front end", [Scope.PREDICT])
        await revoke_key(session, key.id)

    with pytest.raises(Invalid):
        await refuse_open_door(EVERYWHERE, database)


async def test_key_that_has_ended_opens_nothing(database: Database, workspace_id: WorkspaceId) -> None:
    async with database.writing(workspace_id) as session:
        key, _ = await create_key(session, "front end", [Scope.PREDICT], TOMORROW)
        key.expires_at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)

    with pytest.raises(Invalid):
        await refuse_open_door(EVERYWHERE, database)
