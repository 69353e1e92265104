"""Events of PlayByPlayV3: kinds by name, both scores in cells of their own, clock as an ISO 8601 duration."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Final

from app.stats.formats.cells import MISSING, parse_count
from app.stats.formats.plays import Event, EventReader, Score, read_actor, read_clock, read_game_id
from app.stats.formats.rules import Rule, RuleBroken
from app.stats.rows import PlayKind

KINDS: Final[Mapping[str, PlayKind]] = {
    "made shot": PlayKind.MADE_SHOT,
    "missed shot": PlayKind.MISSED_SHOT,
    "free throw": PlayKind.FREE_THROW,
    "rebound": PlayKind.REBOUND,
    "turnover": PlayKind.TURNOVER,
    "foul": PlayKind.FOUL,
    "violation": PlayKind.VIOLATION,
    "substitution": PlayKind.SUBSTITUTION,
    "timeout": PlayKind.TIMEOUT,
    "jump ball": PlayKind.JUMP_BALL,
    "ejection": PlayKind.EJECTION,
    "instant replay": PlayKind.REPLAY,
}
"""Kinds by actionType in small letters; periods and the nameless steals and blocks need a second look."""

_CELLS: Final[Sequence[str]] = (
    "gameId", "period", "clock", "actionType", "subType", "description",
    "scoreHome", "scoreAway", "teamId", "personId",
)  # fmt: skip


def event_reader_v3(columns: Sequence[str]) -> EventReader:
    """Make a reader for rows with these columns."""
    pick = itemgetter(*map(columns.index, _CELLS))

    def read(cells: Sequence[str]) -> Event:
        game_id, period_cell, clock_cell, action, detail, description, home, away, team, person = pick(cells)
        period, seconds_left = read_clock(period_cell, clock_cell)
        team_id, player_id = read_actor(team, person)
        return Event(
            game_id=read_game_id(game_id, "gameId"),
            period=period,
            seconds_left=seconds_left,
            kind=_read_kind(action, detail, description),
            description=description.strip(),
            score=_read_score(home, away),
            team_id=team_id,
            player_id=player_id,
        )

    return EventReader(key=itemgetter(columns.index("gameId"), columns.index("actionId")), read=read)


def _read_kind(action: str, detail: str, description: str) -> PlayKind:
    match action.strip().lower(), detail.strip().lower():
        case "period", "start":
            return PlayKind.PERIOD_START
        case "period", "end":
            return PlayKind.PERIOD_END
        case "", _ if " STEAL " in description:
            return PlayKind.STEAL
        case "", _ if " BLOCK " in description:
            return PlayKind.BLOCK
        case name, _:
            return KINDS.get(name, PlayKind.OTHER)


def _read_score(home_cell: str, away_cell: str) -> Score | None:
    if home_cell.strip() in MISSING and away_cell.strip() in MISSING:
        return None
    home, away = parse_count(home_cell, "scoreHome"), parse_count(away_cell, "scoreAway")
    if home is None or away is None:
        raise RuleBroken(
            Rule.SCORE_MALFORMED, f"scoreHome is {home_cell!r} and scoreAway {away_cell!r}; both or neither"
        )
    return Score(home=home, away=away)
