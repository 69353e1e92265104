"""Rows of one source on their way into the league's tables: COPY into a staging table, then one merge a kind.

Everything happens in the caller's transaction, under one lock, so that two loads never interleave. Nothing
here knows a file: it is given rows, the source that they come from and how far that source is trusted.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final
from uuid import UUID

from app.core.session import Connection
from app.stats.rows import SeasonType
from app.stats.store.kinds import GAME, KINDS, PLAY, PLAYER_LINE, TEAM_LINE, Kind, LeagueRow, Record
from app.stats.store.merging import Outcome, merge_plays, merge_rows
from app.stats.store.season_totals import refresh_season_totals

LEAGUE_LOCK: Final = 0x0C0175
"""The advisory lock of whoever writes league rows."""

ROWS_AT_ONCE: Final = 1500
"""So few that an event loop which also serves requests is never held up for long."""

_SPANS: Final = """
    select season_start_year, season_type, min(date) as first_date, max(date) as last_date
    from game where id = any($1) group by season_start_year, season_type"""


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last date (of the league) of games that changed."""

    first_date: dt.date
    last_date: dt.date

    def joined(self, other: "Span | None") -> "Span":
        """Give the span over both."""
        if other is None:
            return self
        return Span(min(self.first_date, other.first_date), max(self.last_date, other.last_date))


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of the staged rows, kind by kind.

    `changed` spans the days of the games whose result or team lines changed.
    """

    outcomes: Mapping[Kind, Outcome]
    changed: Span | None


@dataclass(slots=True)
class Loading:
    """One source being loaded; `trust` is greater for a source that is to be believed before another."""

    connection: Connection
    source_file_id: UUID
    trust: int
    _staged: set[Kind] = field(default_factory=set)
    _ordinal: int = 0

    async def stage(self, rows: Iterable[LeagueRow]) -> None:
        """COPY rows of any kind next to the tables, a few at a time; nothing is merged yet."""
        remaining = iter(rows)
        while some := list(islice(remaining, ROWS_AT_ONCE)):
            await self._copy(some)

    async def _copy(self, rows: Iterable[LeagueRow]) -> None:
        records: defaultdict[Kind, list[Record]] = defaultdict(list)
        for row in rows:
            self._ordinal += 1
            kind = KINDS[type(row)]
            records[kind].append((self._ordinal, *kind.record(row)))
        for kind, staged in records.items():
            await self._create_staging(kind)
            columns = ["ordinal", *kind.columns]
            await self.connection.copy_records_to_table(kind.staging, records=staged, columns=columns)

    async def merge(self) -> Merged:
        """Merge what is staged since the last merge; bring the sums of the seasons concerned up to date."""
        outcomes = {kind: await self._merge(kind) for kind in KINDS.values() if kind in self._staged}
        self._staged.clear()
        await self._refresh_totals(_changed(outcomes, GAME, PLAYER_LINE))
        return Merged(outcomes, await self._find_span(_changed(outcomes, GAME, TEAM_LINE)))

    async def _merge(self, kind: Kind) -> Outcome:
        merge = merge_plays if kind is PLAY else merge_rows
        outcome = await merge(self.connection, kind, source_file_id=self.source_file_id, trust=self.trust)
        await self.connection.execute(f"drop table {kind.staging}")
        return outcome

    async def _create_staging(self, kind: Kind) -> None:
        if kind not in self._staged:
            self._staged.add(kind)
            columns = ", ".join(kind.columns)
            await self.connection.execute(
                f"create temp table {kind.staging} on commit drop as "
                f"select 0 as ordinal, {columns} from {kind.table} with no data"
            )

    async def _refresh_totals(self, game_ids: set[str]) -> None:
        if game_ids:
            seasons = await self.connection.fetch(_SPANS, list(game_ids))
            pairs = [(each["season_start_year"], SeasonType(each["season_type"])) for each in seasons]
            await refresh_season_totals(self.connection, pairs)

    async def _find_span(self, game_ids: set[str]) -> Span | None:
        found = await self.connection.fetch(_SPANS, list(game_ids)) if game_ids else []
        span: Span | None = None
        for each in found:
            span = Span(each["first_date"], each["last_date"]).joined(span)
        return span


def _changed(outcomes: Mapping[Kind, Outcome], *kinds: Kind) -> set[str]:
    return {game_id for kind in kinds if kind in outcomes for game_id in outcomes[kind].changed_game_ids}


async def analyze_league(connection: Connection) -> None:
    """Let the database learn the size and spread of the league's tables: plans for empty ones are slow."""
    await connection.execute("select analyze_league()")


async def lock_league(connection: Connection) -> None:
    """Wait until nobody else writes league rows; held until the transaction ends."""
    await connection.execute("select pg_advisory_xact_lock($1)", LEAGUE_LOCK)
