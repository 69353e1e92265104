import datetime as dt
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from app.core.database import Database
from app.core.errors import Invalid, NotFound
from app.core.ids import WorkspaceId, new_id
from app.governance.keys import KeyText, create_key, is_secret, list_keys, parse_key, revoke_key
from app.governance.scopes import Scope

A_YEAR = dt.timedelta(days=365)


async def test_a_new_key_has_the_documented_form_and_only_its_hash_is_stored(
    database: Database, workspace_id: WorkspaceId
) -> None:
    with capture_logs() as logs:
        async with database.writing(workspace_id) as session:
            key, text = await create_key(session, "ci", {Scope.PREDICT, Scope.STATS_READ})

    _, prefix, secret = text.split("_")
    assert re.fullmatch(r"cs_[0-9a-f]{16}_[0-9a-f]{64}", text)
    assert (key.prefix, key.secret_hash) == (prefix, hashlib.sha256(secret.encode()).hexdigest())
    assert (key.name, key.scopes, key.workspace_id) == ("ci", ["PREDICT", "STATS_READ"], workspace_id)
    assert key.revoked_at is key.last_used_at is key.expires_at is None
    assert secret not in str(logs)
    async with database.reading(workspace_id) as connection:
        assert secret not in str(await connection.fetch("select * from api_key"))


async def test_two_keys_share_nothing(database: Database, workspace_id: WorkspaceId) -> None:
    async with database.writing(workspace_id) as session:
        texts = [(await create_key(session, "same name", [Scope.PREDICT]))[1] for _ in range(20)]

    assert len({text.split("_")[1] for text in texts}) == len({text.split("_")[2] for text in texts}) == 20


@pytest.mark.parametrize(
    ("name", "scopes", "expires_at", "path"),
    [
        ("", [Scope.PREDICT], None, "name"),
        ("   ", [Scope.PREDICT], None, "name"),
        ("x" * 101, [Scope.PREDICT], None, "name"),
        ("two\nlines", [Scope.PREDICT], None, "name"),
        ("ci", [], None, "scopes"),
        ("ci", [Scope.PREDICT], dt.datetime(2020, 1, 1, tzinfo=dt.UTC), "expiresAt"),
        ("ci", [Scope.PREDICT], dt.datetime(2999, 1, 1), "expiresAt"),  # noqa: DTZ001 - the point of it
    ],
)
async def test_a_senseless_key_is_refused_with_the_place_of_the_mistake(
    database: Database,
    workspace_id: WorkspaceId,
    name: str,
    scopes: list[Scope],
    expires_at: dt.datetime | None,
    path: str,
) -> None:
    async with database.writing(workspace_id) as session:
        with pytest.raises(Invalid) as refusal:
            await create_key(session, name, scopes, expires_at)

        assert [issue.path for issue in refusal.value.issues] == [(path,)]
        assert await list_keys(session) == []


async def test_keys_are_listed_newest_first_with_those_that_ended(
    database: Database, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId
) -> None:
    async with database.writing(workspace_id) as session:
        first, _ = await create_key(session, "first", [Scope.PREDICT])
    async with database.writing(workspace_id) as session:
        await create_key(session, "second", [Scope.PREDICT], dt.datetime.now(dt.UTC) + A_YEAR)
        await revoke_key(session, first.id)
    async with database.writing(other_workspace_id) as session:
        await create_key(session, "theirs", [Scope.PREDICT])

    async with database.writing(workspace_id) as session:
        keys = await list_keys(session)
    assert [(key.name, key.revoked_at is None) for key in keys] == [("second", True), ("first", False)]


async def test_revoking_twice_keeps_the_first_time(database: Database, workspace_id: WorkspaceId) -> None:
    async with database.writing(workspace_id) as session:
        key, _ = await create_key(session, "ci", [Scope.PREDICT])
        once = (await revoke_key(session, key.id)).revoked_at
    async with database.writing(workspace_id) as session:
        twice = (await revoke_key(session, key.id)).revoked_at

    assert once is not None
    assert once == twice


async def test_a_key_of_another_workspace_or_none_cannot_be_revoked(
    database: Database, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId
) -> None:
    async with database.writing(other_workspace_id) as session:
        theirs, _ = await create_key(session, "theirs", [Scope.PREDICT])

    async with database.writing(workspace_id) as session:
        for key_id in (theirs.id, new_id()):
            with pytest.raises(NotFound, match=str(key_id)):
                await revoke_key(session, key_id)
    async with database.writing(other_workspace_id) as session:
        assert [key.revoked_at for key in await list_keys(session)] == [None]


def test_a_key_taken_apart_does_not_show_its_secret() -> None:
    key = parse_key(f"cs_{'a' * 16}_{'b' * 64}")

    assert key == KeyText("a" * 16, "b" * 64)
    assert "bbbb" not in repr(key)


@given(st.text() | st.from_regex(r"cs_[0-9a-f]{0,20}_[0-9a-f]{0,70}\n?", fullmatch=True))
def test_nothing_but_the_exact_form_is_taken_for_a_key(text: str) -> None:
    key = parse_key(text)

    assert key is None or f"cs_{key.prefix}_{key.secret}" == text


def test_a_secret_is_proven_by_its_hash_alone() -> None:
    stored = hashlib.sha256(b"right").hexdigest()

    assert is_secret("right", stored)
    assert not is_secret("wrong", stored)
    assert not is_secret(stored, stored)
