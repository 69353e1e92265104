import asyncio
import stat
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.core.database import Database
from app.core.errors import Invalid
from app.core.ids import WorkspaceId
from app.governance.authentication import Authenticator
from app.governance.keys import create_key, list_keys, revoke_key
from app.governance.local_key import ensure_local_key
from app.governance.scopes import ALL_SCOPES, Scope


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tmp_path.chmod(0o755)
    return tmp_path / "api-key"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_the_local_key_holds_all_scopes_and_is_its_owners_alone(
    database: Database, workspace_id: WorkspaceId, path: Path
) -> None:
    with capture_logs() as logs:
        text = await ensure_local_key(database, workspace_id, path)

    authenticator = Authenticator(database)
    actor = await authenticator.authenticate(f"Bearer {text}")
    await authenticator.close()
    assert actor.scopes == ALL_SCOPES
    assert path.read_text() == f"{text}\n"
    assert (mode(path), mode(path.parent)) == (0o600, 0o755)
    assert [found.name for found in path.parent.iterdir()] == ["api-key"]
    assert text.split("_")[2] not in str(logs)


async def test_a_key_that_still_is_valid_is_used_again(
    database: Database, workspace_id: WorkspaceId, path: Path
) -> None:
    first = await ensure_local_key(database, workspace_id, path)

    assert await ensure_local_key(database, workspace_id, path) == first


async def test_a_revoked_key_is_replaced(database: Database, workspace_id: WorkspaceId, path: Path) -> None:
    first = await ensure_local_key(database, workspace_id, path)
    async with database.writing(workspace_id) as session:
        (key,) = await list_keys(session)
        await revoke_key(session, key.id)

    second = await ensure_local_key(database, workspace_id, path)

    assert second != first
    assert path.read_text().strip() == second


@pytest.mark.parametrize("content", ["", "nonsense\n", f"cs_{'0' * 16}_{'0' * 64}\n", "ü" * 5_000])
async def test_a_file_without_a_valid_key_is_replaced(
    database: Database, workspace_id: WorkspaceId, path: Path, content: str
) -> None:
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)

    text = await ensure_local_key(database, workspace_id, path)

    assert path.read_text() == f"{text}\n"
    assert mode(path) == 0o600


async def test_a_key_that_may_less_is_replaced(
    database: Database, workspace_id: WorkspaceId, path: Path
) -> None:
    async with database.writing(workspace_id) as session:
        _, weak = await create_key(session, "weak", [Scope.PREDICT])
    path.write_text(weak)
    path.chmod(0o600)

    assert await ensure_local_key(database, workspace_id, path) != weak


async def test_a_key_of_another_workspace_is_replaced(
    database: Database, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId, path: Path
) -> None:
    theirs = await ensure_local_key(database, other_workspace_id, path)

    assert await ensure_local_key(database, workspace_id, path) != theirs


async def test_a_key_that_others_could_read_is_revoked_and_replaced(
    database: Database, workspace_id: WorkspaceId, path: Path
) -> None:
    exposed = await ensure_local_key(database, workspace_id, path)
    path.chmod(0o644)

    with capture_logs() as logs:
        fresh = await ensure_local_key(database, workspace_id, path)

    async with database.writing(workspace_id) as session:
        ended = {key.prefix for key in await list_keys(session) if key.revoked_at is not None}
    assert ended == {exposed.split("_")[1]}
    assert fresh != exposed
    assert mode(path) == 0o600
    assert "local_key.was_exposed" in [line["event"] for line in logs]


async def test_a_link_is_replaced_and_what_it_points_to_is_left_alone(
    database: Database, workspace_id: WorkspaceId, path: Path
) -> None:
    target = path.with_name("precious")
    target.write_text("precious")
    path.symlink_to(target)

    text = await ensure_local_key(database, workspace_id, path)

    assert target.read_text() == "precious"
    assert not path.is_symlink()
    assert path.read_text().strip() == text


async def test_processes_that_start_at_once_agree_on_one_key(
    database: Database, workspace_id: WorkspaceId, path: Path
) -> None:
    texts = await asyncio.gather(*(ensure_local_key(database, workspace_id, path) for _ in range(4)))

    async with database.writing(workspace_id) as session:
        assert len(await list_keys(session)) == 1
    assert len(set(texts)) == 1


async def test_a_file_that_cannot_be_written_leaves_no_key_behind(
    database: Database, workspace_id: WorkspaceId, tmp_path: Path
) -> None:
    with pytest.raises(Invalid, match=r"can't be written to .*missing/api-key"):
        await ensure_local_key(database, workspace_id, tmp_path / "missing" / "api-key")

    async with database.writing(workspace_id) as session:
        assert await list_keys(session) == []
