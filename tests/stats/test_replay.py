import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import pytest

from app.core.errors import NotFound
from app.core.events import RecordedEvent
from app.core.session import Session
from app.stats.events import game_topic
from app.stats.replay import elapsed_seconds, read_all_plays, replay_game
from app.stats.rows import Origin, PlayKind
from app.stats.simulation import simulate_seasons
from app.stats.store.games import find_games
from app.stats.store.replays import find_last_told, find_start_of_telling
from app.stats.views import PlayView
from tests.stats.make import League, game, play


@dataclass
class Telling:
    """A replay whose clock is told, not waited for."""

    league: League
    slept: list[float] = field(default_factory=list)
    breaks_after: int | None = None

    def writing(self) -> AbstractAsyncContextManager[Session]:
        return self.league.database.writing(self.league.workspace_id)

    async def sleep(self, seconds: float) -> None:
        if len(self.slept) == self.breaks_after:
            raise asyncio.CancelledError
        self.slept.append(seconds)

    async def tell(self, game_id: str, *, is_resumed: bool = False) -> None:
        database = self.league.database
        await replay_game(
            self.writing, database, game_id, speed=60.0, is_resumed=is_resumed, sleep=self.sleep
        )


async def told(league: League, game_id: str) -> list[RecordedEvent]:
    sql = "select topic, sequence, at, kind, payload, workspace_id from event where topic = $1 order by 2"
    async with league.database.reading(league.workspace_id) as connection:
        return [RecordedEvent(*row) for row in await connection.fetch(sql, game_topic(game_id))]


def numbers(events: Sequence[RecordedEvent]) -> list[int | str]:
    return [event.payload.get("number") or event.payload["status"] for event in events]


@pytest.mark.parametrize(
    ("period", "seconds_left", "elapsed"),
    [(1, 720.0, 0), (1, 0.0, 720), (4, 60.0, 2820), (5, 300.0, 2880), (6, 12.5, 3467.5)],
)
def test_the_clock_runs_on_from_period_to_period(period: int, seconds_left: float, elapsed: float) -> None:
    view = PlayView("0021800001", 1, period, seconds_left, PlayKind.OTHER, "", 0, 0, None, None)

    assert elapsed_seconds(view) == elapsed


async def test_a_game_is_told_in_order_at_the_pace_of_its_clock(league: League) -> None:
    finished, telling = game(), Telling(league)
    plays = [play(finished, 1), play(finished, 2), play(finished, 3, seconds_left=600.0)]
    await league.load([finished, *plays, play(finished, 4, seconds_left=600.0)])

    await telling.tell(finished.id)

    events = await told(league, finished.id)
    assert numbers(events) == ["LIVE", 1, 2, 3, 4, "FINAL"]
    assert telling.slept == pytest.approx([1 / 60, 1 / 60, 118 / 60])
    assert {event.workspace_id for event in events} == {None}


async def test_the_stored_game_stays_as_it_is(league: League) -> None:
    finished = game()
    await league.load([finished, play(finished)])
    before = await find_games(league.database, [finished.id])

    await Telling(league).tell(finished.id)

    assert await find_games(league.database, [finished.id]) == before


async def test_a_worker_that_takes_over_goes_on_behind_the_last_play(league: League) -> None:
    finished = game()
    await league.load([finished, *(play(finished, number) for number in range(1, 5))])
    with pytest.raises(asyncio.CancelledError):
        await Telling(league, breaks_after=2).tell(finished.id)
    assert await find_last_told(league.database, finished.id) == 2

    await Telling(league).tell(finished.id, is_resumed=True)

    assert numbers(await told(league, finished.id)) == ["LIVE", 1, 2, 3, 4, "FINAL"]


async def test_a_second_telling_begins_anew(league: League) -> None:
    finished = game()
    await league.load([finished, play(finished)])
    assert await find_start_of_telling(league.database, finished.id) == 0

    await Telling(league).tell(finished.id)
    await Telling(league).tell(finished.id)

    assert numbers(await told(league, finished.id)) == ["LIVE", 1, "FINAL"] * 2
    assert await find_start_of_telling(league.database, finished.id) == 3


async def test_plays_of_a_simulated_game_are_made_up_once(league: League) -> None:
    simulated = next(iter(simulate_seasons(first_start_year=2023, seasons=1, seed=3)))
    await league.load([simulated.game, *simulated.team_lines, *simulated.player_lines], trust=0)

    await Telling(league).tell(simulated.game.id)
    plays = await read_all_plays(league.database, simulated.game.id)
    await Telling(league).tell(simulated.game.id)

    assert simulated.game.origin is Origin.SIMULATED
    assert "simulated" in plays[0].description.lower()
    last = plays[-1]
    assert (last.home_score, last.away_score) == (simulated.game.home_score, simulated.game.away_score)
    assert await read_all_plays(league.database, simulated.game.id) == plays


async def test_what_did_not_happen_is_not_told_of_a_real_game(league: League) -> None:
    await league.load([game()])

    with pytest.raises(NotFound, match="ingest its play-by-play"):
        await Telling(league).tell(game().id)
    with pytest.raises(NotFound, match="no game"):
        await Telling(league).tell("0029999999")

    assert await told(league, game().id) == []
