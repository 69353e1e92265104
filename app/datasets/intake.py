"""One recognised file on its way into the league: from entries to staged rows, refused rows and counts.

Parsing happens in a thread, some thousand rows at a time, so that an event loop which also serves requests
is never held up for long.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeVar

from app.core.errors import Invalid
from app.stats.formats.assembling import AssembledGame, assemble_games
from app.stats.formats.catalogue import Format
from app.stats.formats.player_lines import PlayerEntry
from app.stats.formats.player_sums import games_from_player_lines
from app.stats.formats.plays import PlayEntry
from app.stats.formats.recognise import Parsed, RecognisedFile
from app.stats.formats.rules import RejectedRow, RepeatedRow
from app.stats.formats.team_lines import TeamSide
from app.stats.rows import PlayerRow, TeamRow
from app.stats.season import normalise_game_id
from app.stats.store.games import find_known_games
from app.stats.store.kinds import PLAY, PLAYER_LINE, TEAM_LINE, Kind
from app.stats.store.loading import Loading, Span
from app.stats.store.merging import Outcome
from app.stats.store.names import insert_players, insert_teams
from app.stats.store.sources import GAME_UNKNOWN, Counts, RefusedRow

CHUNK_ROWS: Final = 4000
_GAME_COLUMNS: Final = ("GAME_ID", "gameId")
_RECORDS: Final[Mapping[Format, Kind]] = {
    Format.LEAGUE_GAME_LOG: TEAM_LINE,
    Format.TEAM_GAME_LOGS: TEAM_LINE,
    Format.LEAGUE_GAME_FINDER: TEAM_LINE,
    Format.PLAYER_GAME_LOG: PLAYER_LINE,
    Format.PLAY_BY_PLAY_V2: PLAY,
    Format.PLAY_BY_PLAY_V3: PLAY,
}
"""What one row of a file is; other rows that are made from it do not count."""

Line = PlayerEntry | PlayEntry
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: its counts, its refused rows, and the days of the games that it changed."""

    counts: Counts
    refused: Sequence[RefusedRow]
    changed: Span | None

    @property
    def is_complete(self) -> bool:
        """Whether no row was refused for want of its game."""
        return all(row.rule != GAME_UNKNOWN for row in self.refused)


@dataclass(slots=True)
class Intake:
    """One file being read into one load; used once."""

    loading: Loading
    _repeated: int = 0
    _refused: list[RefusedRow] = field(default_factory=list)
    _sides: list[TeamSide] = field(default_factory=list)
    _waiting: list[Line] = field(default_factory=list)
    _games: dict[str, bool] = field(default_factory=dict)
    _teams: dict[int, TeamRow] = field(default_factory=dict)
    _players: dict[int, PlayerRow] = field(default_factory=dict)

    async def take(self, file: RecognisedFile) -> Taken:
        """Read the whole file and merge it; raises Invalid where it is damaged."""
        parsed = file.parse()
        while chunk := await asyncio.to_thread(next_items, parsed, CHUNK_ROWS):
            await self._stage_lines(self._sort(chunk))
        await self._stage_games(await asyncio.to_thread(list, assemble_games(self._sides)))
        await self._stage_waiting()
        await insert_teams(self.loading.connection, self._teams.values())
        await insert_players(self.loading.connection, self._players.values())
        merged = await self.loading.merge()
        outcome = merged.outcomes.get(_RECORDS[file.format], _NOTHING)
        counts = Counts(
            stored=outcome.stored,
            superseded=outcome.superseded,
            duplicate=outcome.duplicate + self._repeated,
            quarantined=len(self._refused),
        )
        return Taken(counts, self._refused, merged.changed)

    def _sort(self, chunk: Sequence[Parsed]) -> list[Line]:
        lines: list[Line] = []
        for entry in chunk:
            match entry:
                case TeamSide():
                    self._sides.append(entry)
                case PlayerEntry() | PlayEntry():
                    lines.append(entry)
                case RejectedRow():
                    self._refused.append(_refuse(entry))
                case RepeatedRow():
                    self._repeated += 1
        return lines

    async def _stage_games(self, games: Iterable[AssembledGame | RejectedRow]) -> None:
        rejected = [game for game in games if isinstance(game, RejectedRow)]
        self._refused += map(_refuse, rejected)
        await self._stage_assembled(game for game in games if isinstance(game, AssembledGame))
        for side in self._sides:
            team = side.appearance.team
            self._teams[team.id] = TeamRow(team.id, team.abbreviation, team.name)

    async def _stage_assembled(self, games: Iterable[AssembledGame]) -> None:
        found = list(games)
        self._games |= {each.game.id: True for each in found}
        await self.loading.stage(row for each in found for row in (each.game, each.home, each.away))

    async def _stage_lines(self, lines: Sequence[Line]) -> None:
        """Stage lines of known games; keep those of others until the file has told all that it knows."""
        unsure = {game_id for line in lines if (game_id := _game_of(line)) not in self._games}
        if unsure:
            known = await find_known_games(self.loading.connection, list(unsure))
            self._games |= {game_id: game_id in known for game_id in unsure}
        self._waiting += (line for line in lines if not self._games[_game_of(line)])
        staged = [line for line in lines if self._games[_game_of(line)]]
        await self.loading.stage(line.line if isinstance(line, PlayerEntry) else line.play for line in staged)
        for line in staged:
            if isinstance(line, PlayerEntry):
                self._mention(line)

    async def _stage_waiting(self) -> None:
        entries = [line for line in self._waiting if isinstance(line, PlayerEntry)]
        made = await asyncio.to_thread(list, games_from_player_lines(entries))
        reasons = {_game_of_raw(each.raw): each.detail for each in made if isinstance(each, RejectedRow)}
        await self._stage_assembled(each for each in made if isinstance(each, AssembledGame))
        lines, self._waiting = self._waiting, []
        await self._stage_lines(lines)
        self._refused += (_refuse_for_game(line, reasons.get(_game_of(line))) for line in self._waiting)

    def _mention(self, entry: PlayerEntry) -> None:
        team, player_id = entry.appearance.team, entry.line.player_id
        if team.id not in self._teams:
            self._teams[team.id] = TeamRow(team.id, team.abbreviation, team.name)
        if player_id not in self._players:
            self._players[player_id] = PlayerRow(player_id, entry.player_name)


_NOTHING: Final = Outcome(stored=0, superseded=0, duplicate=0, changed_game_ids=())


def next_items(items: Iterator[T], number: int) -> list[T]:
    """Take up to so many items."""
    return list(islice(items, number))


def _game_of(line: Line) -> str:
    return line.line.game_id if isinstance(line, PlayerEntry) else line.play.game_id


def _game_of_raw(raw: Mapping[str, str]) -> str | None:
    cell = next((raw[column] for column in _GAME_COLUMNS if column in raw), "")
    try:
        return normalise_game_id(cell.strip())
    except Invalid:
        return None


def _refuse(row: RejectedRow) -> RefusedRow:
    return RefusedRow(row.line_number, row.rule, row.detail, row.raw, _game_of_raw(row.raw))


def _refuse_for_game(line: Line, reason: str | None) -> RefusedRow:
    game_id = _game_of(line)
    detail = f"nothing is known of game {game_id}: load a game log with it, then this file again"
    if reason is not None:
        detail += f" (no game could be made from this file: {reason})"
    return RefusedRow(line.source.line_number, GAME_UNKNOWN, detail, line.source.raw, game_id)
