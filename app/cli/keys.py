"""`courtside keys`: keys of the default workspace, made and revoked by whoever holds the state folder."""

import asyncio
import datetime as dt
from pathlib import Path

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.cli.ground import ground, opened
from app.cli.settling import settle
from app.core.errors import Invalid, NotFound
from app.core.ids import DEFAULT_WORKSPACE
from app.governance.actors import Actor, ActorKind
from app.governance.audit import record
from app.governance.keys import create_key, list_keys, revoke_key
from app.governance.scopes import ALL_SCOPES, Scope
from app.governance.tables import ApiKey

OPERATOR = Actor(
    id=None, name="command line", kind=ActorKind.SYSTEM, workspace_id=DEFAULT_WORKSPACE, scopes=ALL_SCOPES
)


def create(name: str, *, scopes: list[str], days: int | None, state_dir: Path | None, json: bool) -> None:
    """Make a key and show it, once."""
    wanted = {_scope(text) for text in scopes} or ALL_SCOPES
    expires_at = None if days is None else dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    key, text = asyncio.run(_create(name, wanted, expires_at, state_dir))
    if json:
        print(orjson.dumps({"prefix": key.prefix, "key": text, "scopes": key.scopes}).decode())
    else:
        print(
            f"{text}\n\nThis is the only time that it is shown. Send it as: Authorization: Bearer {text[:6]}…"
        )


async def _create(
    name: str, scopes: set[Scope] | frozenset[Scope], expires_at: dt.datetime | None, state_dir: Path | None
) -> tuple[ApiKey, str]:
    with ground(settle(state_dir=state_dir, answers=True)) as standing:
        async with opened(standing, "keys") as database, database.writing(DEFAULT_WORKSPACE) as session:
            key, text = await create_key(session, name, scopes, expires_at)
            await record(session, OPERATOR, "createApiKey", f"ApiKey:{key.id}")
            return key, text


def show(*, state_dir: Path | None, json: bool) -> None:
    """List the keys."""
    keys = asyncio.run(_keys(state_dir))
    if json:
        print(orjson.dumps([_facts(key) for key in keys]).decode())
        return
    table = Table("prefix", "name", "scopes", "created", "last used", "ends")
    for key in keys:
        facts = _facts(key)
        ends = "revoked" if key.revoked_at else facts["expires_at"]
        scopes = "all" if set(key.scopes) == {scope.value for scope in ALL_SCOPES} else ", ".join(key.scopes)
        dates = (str(facts[name] or "-") for name in ("created_at", "last_used_at"))
        table.add_row(key.prefix, escape(key.name), scopes, *dates, str(ends or "never"))
    Console().print(table)


async def _keys(state_dir: Path | None) -> list[ApiKey]:
    with ground(settle(state_dir=state_dir, answers=True)) as standing:
        async with opened(standing, "keys") as database, database.writing(DEFAULT_WORKSPACE) as session:
            return list(await list_keys(session))


def revoke(prefix: str, *, state_dir: Path | None) -> None:
    """Revoke the key with that prefix."""
    name = asyncio.run(_revoke(prefix, state_dir))
    print(f"The key “{name}” is revoked: servers refuse it within five seconds.")


async def _revoke(prefix: str, state_dir: Path | None) -> str:
    with ground(settle(state_dir=state_dir, answers=True)) as standing:
        async with opened(standing, "keys") as database, database.writing(DEFAULT_WORKSPACE) as session:
            found = next((key for key in await list_keys(session) if key.prefix == prefix), None)
            if found is None:
                raise NotFound(f"There is no key with the prefix “{prefix}”: courtside keys list shows them.")
            await revoke_key(session, found.id)
            await record(session, OPERATOR, "revokeApiKey", f"ApiKey:{found.id}")
            return found.name


def _scope(text: str) -> Scope:
    try:
        return Scope(text.upper())
    except ValueError:
        known = ", ".join(scope.value for scope in Scope)
        raise Invalid(f"“{text}” is not a scope: choose from {known}.") from None


def _facts(key: ApiKey) -> dict[str, object]:
    names = ("prefix", "name", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
    return {name: getattr(key, name) for name in names}
