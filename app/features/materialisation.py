"""Keeping the forms of all teams true to the games: from the first difference on everything is computed anew.

Nobody has to say what changed: every form carries a fingerprint of its game. Calling this any time, twice, or
from two processes at once does no harm; a call that finds nothing to do costs one query.
"""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from app.core.session import Connection, Session
from app.features import store
from app.features.form import TeamForm, roll_forms

log = structlog.get_logger()

GAMES_AT_A_TIME: Final = 5_000
_BEFORE_ANY_GAME: Final = ""


@dataclass(frozen=True, slots=True)
class Materialised:
    """What was done: from which date on, and how many games; `last_date` is that of the newest form."""

    since: dt.date | None
    games: int
    last_date: dt.date | None


async def materialise(session: Session) -> Materialised:
    """Bring `team_form` up to date with the played games, in the session's transaction."""
    connection = await session.driver()
    await store.lock_forms(connection)
    since = await store.find_stale_since(connection)
    games = 0
    if since is not None:
        await store.delete_forms_since(connection, since)
        games = await _roll_on(connection, since)
        log.info("team_forms.materialised", since=since.isoformat(), games=games)
    return Materialised(since, games, await store.find_last_date(connection))


async def _roll_on(connection: Connection, since: dt.date) -> int:
    """Compute the forms of all games since a date, some thousands at a time."""
    known = {form.team_id: form for form in await store.latest_forms_before(connection, since)}
    place, count = (since, _BEFORE_ANY_GAME), 0
    while games := await store.list_games_behind(connection, *place, limit=GAMES_AT_A_TIME):
        # in a thread: a season takes a tenth of a second, and this process has heartbeats to give
        forms = await asyncio.to_thread(_roll, games, list(known.values()))
        known |= {form.team_id: form for form in forms}
        prints = [game.fingerprint for game in games for _side in ("home", "away")]
        await store.insert_forms(connection, zip(forms, prints, strict=True))
        place, count = (games[-1].game.date, games[-1].game.game_id), count + len(games)
    return count


def _roll(games: Sequence[store.PrintedGame], known: Sequence[TeamForm]) -> list[TeamForm]:
    return list(roll_forms((each.game for each in games), known))
