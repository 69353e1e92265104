"""Events of PlayByPlayV2: kinds by number, the score as text with the visitor first, clock as mm:ss left."""

import re
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Final

from app.stats.formats.cells import MISSING, parse_count
from app.stats.formats.plays import Event, EventReader, Score, read_actor, read_clock, read_game_id
from app.stats.formats.rules import Rule, RuleBroken
from app.stats.rows import PlayKind

KINDS: Final[Mapping[int, PlayKind]] = {
    1: PlayKind.MADE_SHOT,
    2: PlayKind.MISSED_SHOT,
    3: PlayKind.FREE_THROW,
    4: PlayKind.REBOUND,
    5: PlayKind.TURNOVER,
    6: PlayKind.FOUL,
    7: PlayKind.VIOLATION,
    8: PlayKind.SUBSTITUTION,
    9: PlayKind.TIMEOUT,
    10: PlayKind.JUMP_BALL,
    11: PlayKind.EJECTION,
    12: PlayKind.PERIOD_START,
    13: PlayKind.PERIOD_END,
    18: PlayKind.REPLAY,
}
"""Kinds by EVENTMSGTYPE; steals and blocks stand in the description of the turnover or the miss."""

_CELLS: Final[Sequence[str]] = ("GAME_ID", "PERIOD", "PCTIMESTRING", "EVENTMSGTYPE", "SCORE")
_DESCRIPTIONS: Final[Sequence[str]] = ("HOMEDESCRIPTION", "NEUTRALDESCRIPTION", "VISITORDESCRIPTION")
_ACTOR: Final[Sequence[str]] = ("PLAYER1_TEAM_ID", "PLAYER1_ID")
_SCORE: Final = re.compile(r"([0-9]{1,3}) - ([0-9]{1,3})")


def event_reader_v2(columns: Sequence[str]) -> EventReader:
    """Make a reader for rows with these columns; who acted is known only where the dump kept the players."""
    pick = itemgetter(*map(columns.index, _CELLS))
    pick_descriptions = itemgetter(*map(columns.index, _DESCRIPTIONS))
    pick_actor = itemgetter(*map(columns.index, _ACTOR)) if set(_ACTOR) <= set(columns) else None

    def read(cells: Sequence[str]) -> Event:
        game_id, period_cell, clock_cell, kind_cell, score_cell = pick(cells)
        period, seconds_left = read_clock(period_cell, clock_cell)
        team_id, player_id = read_actor(*pick_actor(cells)) if pick_actor else (None, None)
        return Event(
            game_id=read_game_id(game_id, "GAME_ID"),
            period=period,
            seconds_left=seconds_left,
            kind=KINDS.get(parse_count(kind_cell, "EVENTMSGTYPE") or 0, PlayKind.OTHER),
            description="; ".join(text for each in pick_descriptions(cells) if (text := each.strip())),
            score=_read_score(score_cell),
            team_id=team_id,
            player_id=player_id,
        )

    return EventReader(key=itemgetter(columns.index("GAME_ID"), columns.index("EVENTNUM")), read=read)


def _read_score(cell: str) -> Score | None:
    if cell.strip() in MISSING:
        return None
    match = _SCORE.fullmatch(cell.strip())
    if match is None:
        raise RuleBroken(Rule.SCORE_MALFORMED, f'SCORE is {cell!r}; "VISITOR - HOME" was expected')
    return Score(home=int(match[2]), away=int(match[1]))
