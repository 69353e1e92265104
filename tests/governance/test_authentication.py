import datetime as dt

import pytest
from structlog.testing import capture_logs

from app.core.database import Database
from app.core.errors import Unauthenticated, Unavailable
from app.core.ids import WorkspaceId
from app.governance import authentication, store
from app.governance.actors import ActorKind
from app.governance.authentication import REFUSAL, Authenticator
from app.governance.keys import create_key, list_keys, revoke_key
from app.governance.scopes import Scope
from app.governance.tables import ApiKey


class Clock:
    """A time that passes when the test says so."""

    def __init__(self) -> None:
        self.start = dt.datetime.now(dt.UTC)  # the database's clock goes on by itself
        self.seconds = 0.0

    def monotonic(self) -> float:
        return 1_000.0 + self.seconds

    def now(self) -> dt.datetime:
        return self.start + dt.timedelta(seconds=self.seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def authenticator(database: Database, clock: Clock) -> Authenticator:
    return Authenticator(database, monotonic=clock.monotonic, now=clock.now)


@pytest.fixture
def look_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The prefixes that the database was asked for."""
    asked: list[str] = []
    find = store.find_key_of_anybody

    async def note(database: Database, prefix: str) -> object:
        asked.append(prefix)
        return await find(database, prefix)

    monkeypatch.setattr(store, "find_key_of_anybody", note)
    return asked


async def make_key(
    database: Database, workspace_id: WorkspaceId, *scopes: Scope, expires_at: dt.datetime | None = None
) -> tuple[ApiKey, str]:
    async with database.writing(workspace_id) as session:
        return await create_key(session, "ci", scopes or (Scope.PREDICT,), expires_at)


async def test_a_valid_key_says_who_asks_in_which_workspace_and_what_they_may(
    database: Database, other_workspace_id: WorkspaceId, authenticator: Authenticator
) -> None:
    key, text = await make_key(database, other_workspace_id, Scope.PREDICT, Scope.STATS_READ)

    actor = await authenticator.authenticate(f"Bearer {text}")

    assert (actor.id, actor.name, actor.kind) == (key.id, "ci", ActorKind.SERVICE)
    assert actor.workspace_id == other_workspace_id
    assert actor.scopes == {Scope.PREDICT, Scope.STATS_READ}
    await authenticator.close()


@pytest.mark.parametrize("form", ["bearer {}", "BEARER {}", "Bearer   {} "])
async def test_the_scheme_may_be_written_in_any_case(
    database: Database, workspace_id: WorkspaceId, authenticator: Authenticator, form: str
) -> None:
    _, text = await make_key(database, workspace_id)

    assert (await authenticator.authenticate(form.format(text))).name == "ci"
    await authenticator.close()


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer cs_",
        "Bearer cs_x_y",
        "Bearer ' or 1=1 --",
        "Bearer \x00",
        "Basic {text}",
        "{text}",
        "Bearer {text}0",
        "Bearer {text} {text}",
        "Bearer cs_{prefix}_" + "0" * 64,
        "Bearer cs_" + "0" * 16 + "_{secret}",
        "Bearer {upper}",
    ],
)
async def test_every_bad_credential_is_refused_with_the_same_sentence_and_never_logged(
    database: Database, workspace_id: WorkspaceId, authenticator: Authenticator, header: str | None
) -> None:
    _, text = await make_key(database, workspace_id)
    _, prefix, secret = text.split("_")
    sent = header and header.format(text=text, prefix=prefix, secret=secret, upper=text.upper())

    with capture_logs() as logs, pytest.raises(Unauthenticated) as refusal:
        await authenticator.authenticate(sent)

    assert refusal.value.message == REFUSAL
    assert secret not in str(logs)


async def test_a_malformed_credential_costs_no_query(
    authenticator: Authenticator, look_ups: list[str]
) -> None:
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate("Bearer cs_short_secret")

    assert look_ups == []


async def test_a_stream_of_requests_costs_one_query_every_few_seconds(
    database: Database,
    workspace_id: WorkspaceId,
    authenticator: Authenticator,
    clock: Clock,
    look_ups: list[str],
) -> None:
    _, text = await make_key(database, workspace_id)

    for _ in range(100):
        await authenticator.authenticate(f"Bearer {text}")
    assert len(look_ups) == 1

    clock.seconds = authentication.REMEMBERED_SECONDS + 0.1
    await authenticator.authenticate(f"Bearer {text}")
    assert len(look_ups) == 2
    await authenticator.close()


async def test_a_revoked_key_is_refused_after_those_seconds(
    database: Database, workspace_id: WorkspaceId, authenticator: Authenticator, clock: Clock
) -> None:
    key, text = await make_key(database, workspace_id)
    await authenticator.authenticate(f"Bearer {text}")

    async with database.writing(workspace_id) as session:
        await revoke_key(session, key.id)

    assert (await authenticator.authenticate(f"Bearer {text}")).id == key.id
    clock.seconds = authentication.REMEMBERED_SECONDS
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await authenticator.authenticate(f"Bearer {text}")
    await authenticator.close()


async def test_a_key_expires_to_the_moment_even_while_it_is_remembered(
    database: Database, workspace_id: WorkspaceId, authenticator: Authenticator, clock: Clock
) -> None:
    _, text = await make_key(database, workspace_id, expires_at=clock.start + dt.timedelta(seconds=60))
    clock.seconds = 59.0
    await authenticator.authenticate(f"Bearer {text}")

    clock.seconds = 60.0
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate(f"Bearer {text}")
    await authenticator.close()


async def test_memory_is_bounded(
    database: Database,
    workspace_id: WorkspaceId,
    authenticator: Authenticator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(authentication, "REMEMBERED_KEYS", 3)

    for _ in range(5):
        _, text = await make_key(database, workspace_id)
        await authenticator.authenticate(f"Bearer {text}")

    assert len(authenticator._known) == 3
    await authenticator.close()


async def last_use(database: Database, workspace_id: WorkspaceId) -> dt.datetime | None:
    async with database.writing(workspace_id) as session:
        (key,) = await list_keys(session)
    return key.last_used_at


async def test_the_last_use_of_a_key_is_noted_at_most_once_a_minute(
    database: Database, workspace_id: WorkspaceId, authenticator: Authenticator, clock: Clock
) -> None:
    _, text = await make_key(database, workspace_id)
    await authenticator.authenticate(f"Bearer {text}")
    await authenticator.close()
    first = await last_use(database, workspace_id)

    clock.seconds = 30.0  # remembered no longer, and looked up again
    await authenticator.authenticate(f"Bearer {text}")
    assert not authenticator._noting

    another = Authenticator(
        database, now=lambda: clock.start + dt.timedelta(hours=1)
    )  # a process with a fast clock
    await another.authenticate(f"Bearer {text}")
    await another.close()

    assert first is not None
    assert await last_use(database, workspace_id) == first


async def test_a_request_does_not_wait_or_fail_because_its_use_cannot_be_noted(
    database: Database,
    workspace_id: WorkspaceId,
    authenticator: Authenticator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise Unavailable("gone", dependency="postgresql")

    monkeypatch.setattr(store, "note_use", fail)
    _, text = await make_key(database, workspace_id)

    with capture_logs() as logs:
        actor = await authenticator.authenticate(f"Bearer {text}")
        await authenticator.close()

    assert [line["event"] for line in logs] == ["api_key.use_not_noted"]
    assert logs[0]["key_id"] == str(actor.id)


async def test_a_scope_of_a_later_release_allows_nothing(
    database: Database, workspace_id: WorkspaceId, authenticator: Authenticator
) -> None:
    key, text = await make_key(database, workspace_id)
    async with database.writing(workspace_id) as session:
        stored = await store.find_key(session, key.id)
        assert stored is not None
        stored.scopes = ["PREDICT", "TELEPORT"]

    assert (await authenticator.authenticate(f"Bearer {text}")).scopes == {Scope.PREDICT}
    await authenticator.close()


async def test_without_a_database_nobody_is_called_unknown(
    workspace_id: WorkspaceId, database: Database
) -> None:
    _, text = await make_key(database, workspace_id)
    await database.close()

    with pytest.raises(Unavailable):
        await Authenticator(database).authenticate(f"Bearer {text}")
