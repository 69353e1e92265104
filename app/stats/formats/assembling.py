"""Two sides make a game: pairs the rows of teams over a whole file, refuses sides that do not fit together.

Percentages are not kept: they are derived. What one side knows is not filled in for the other.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.stats.formats.appearances import Designation, GameFacts
from app.stats.formats.rules import RejectedRow, Rule, RuleBroken, SourceRow, reject
from app.stats.formats.team_lines import TeamSide
from app.stats.rows import GameRow, GameStatus, TeamLineRow

_SIDES: Final = 2
_BUBBLE_SEASON: Final = 2019
_BUBBLE_BEGINS: Final = dt.date(2020, 7, 1)


@dataclass(frozen=True, slots=True)
class AssembledGame:
    """A finished game with the totals of both sides, and the two rows from which it was made."""

    game: GameRow
    home: TeamLineRow
    away: TeamLineRow
    sources: tuple[SourceRow, SourceRow]


def assemble_games(sides: Iterable[TeamSide]) -> Iterator[AssembledGame | RejectedRow]:
    """Pair all sides by their game, give the games by date and id; a refused game refuses each of its rows.

    The home side is the one with "vs.". Where both sides carry the same word the site is neutral and the team
    with the smaller id is taken as home, so that every source of that game says the same. Games of the
    season 2019-20 from July 2020 on took place in Orlando: neutral, though they carry "vs.".
    """
    games: defaultdict[str, list[TeamSide]] = defaultdict(list)
    for side in sides:
        games[side.appearance.facts.game_id].append(side)
    for found in sorted(
        games.values(), key=lambda each: (each[0].appearance.facts.date, each[0].appearance.facts.game_id)
    ):
        try:
            yield _assemble(found)
        except RuleBroken as broken:
            yield from (reject(side.source, broken.rule, broken.detail) for side in found)


def _assemble(sides: Sequence[TeamSide]) -> AssembledGame:
    facts = _agreed_facts(sides)
    home, away, is_drawn = _home_and_away(sides)
    margin = (home.box.points or 0) - (away.box.points or 0)  # points are required of every side
    _check_result(home, away, margin)
    game = GameRow(
        id=facts.game_id,
        season_start_year=facts.season_start_year,
        season_type=facts.season_type,
        date=facts.date,
        status=GameStatus.FINAL,
        home_team_id=home.appearance.team.id,
        away_team_id=away.appearance.team.id,
        neutral_site=is_drawn or _is_in_bubble(facts),
        home_score=home.box.points,
        away_score=away.box.points,
    )
    return AssembledGame(
        game,
        _line(home, margin, is_home=True),
        _line(away, -margin, is_home=False),
        (home.source, away.source),
    )


def _agreed_facts(sides: Sequence[TeamSide]) -> GameFacts:
    facts = sides[0].appearance.facts
    if len(sides) < _SIDES:
        raise RuleBroken(
            Rule.OPPONENT_MISSING,
            f"game {facts.game_id} has one usable row in this file; the other side's is needed",
        )
    if len(sides) > _SIDES:
        raise RuleBroken(Rule.TOO_MANY_TEAMS, f"game {facts.game_id} has rows of {len(sides)} teams")
    other = sides[1].appearance.facts
    if facts != other:
        raise RuleBroken(
            Rule.SIDES_DISAGREE,
            f"game {facts.game_id} is dated {facts.date} by one side and {other.date} by the other",
        )
    lengths = {side.box.seconds for side in sides if side.box.seconds is not None}
    if len(lengths) > 1:
        raise RuleBroken(
            Rule.SIDES_DISAGREE,
            f"game {facts.game_id} lasts {min(lengths)} s by one side and {max(lengths)} s by the other",
        )
    return facts


def _home_and_away(sides: Sequence[TeamSide]) -> tuple[TeamSide, TeamSide, bool]:
    first, second = sorted(sides, key=lambda side: side.appearance.team.id)
    if first.appearance.designation is second.appearance.designation:
        return first, second, True
    if first.appearance.designation is Designation.HOME:
        return first, second, False
    return second, first, False


def _check_result(home: TeamSide, away: TeamSide, margin: int) -> None:
    if home.appearance.won is not (margin > 0) or away.appearance.won is not (margin < 0):
        raise RuleBroken(
            Rule.RESULT_CONTRADICTS_SCORE,
            f"the score is {home.box.points} to {away.box.points} (home first), "
            f"but the home row says {_word(home)} and the away row {_word(away)}",
        )


def _word(side: TeamSide) -> str:
    return "won" if side.appearance.won else "lost"


def _is_in_bubble(facts: GameFacts) -> bool:
    return facts.season_start_year == _BUBBLE_SEASON and facts.date >= _BUBBLE_BEGINS


def _line(side: TeamSide, margin: int, *, is_home: bool) -> TeamLineRow:
    # A side's plus/minus is the margin by definition; sums of players, as the finder states them, can be off.
    box = side.box if side.box.plus_minus == margin else replace(side.box, plus_minus=float(margin))
    return TeamLineRow(side.appearance.facts.game_id, side.appearance.team.id, is_home, box)
