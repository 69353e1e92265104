"""One side's appearance in one game, as lines of teams and players tell it: who, where, when, won or not.

MATCHUP says which side is at home, but not dependably so: at neutral sites both sides may carry "@". The
two sides are therefore only judged together, in `assembling`.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import Final

from app.core.errors import Invalid
from app.stats.formats.catalogue import SIDE_COLUMNS
from app.stats.formats.cells import MISSING, parse_date, require, require_id
from app.stats.formats.rules import Rule, RuleBroken
from app.stats.league import find_team
from app.stats.rows import SeasonType
from app.stats.season import (
    normalise_game_id,
    parse_season,
    season_of_date,
    season_of_game,
    season_type_of_game,
)

_MATCHUP: Final = re.compile(r"(\S+) (@|vs\.) (\S+)")
_SEASON_ID: Final = re.compile(r"[1-6]([0-9]{4})")


class Designation(StrEnum):
    """The side that MATCHUP gives a team: "vs." is at home, "@" is away."""

    HOME = "HOME"
    AWAY = "AWAY"


@dataclass(frozen=True, slots=True)
class GameFacts:
    """What every line of a game must agree on."""

    game_id: str
    season_start_year: int
    season_type: SeasonType
    date: dt.date


@dataclass(frozen=True, slots=True)
class TeamName:
    """A franchise under the name that it bore in that season."""

    id: int
    abbreviation: str
    name: str


@dataclass(frozen=True, slots=True)
class Appearance:
    """A team in a game; `won` is None where the source names no result (yet)."""

    facts: GameFacts
    team: TeamName
    designation: Designation
    won: bool | None


AppearanceReader = Callable[[Sequence[str]], Appearance]
"""Reads the cells of a row into the appearance that the row is about."""


def appearance_reader(columns: Sequence[str]) -> AppearanceReader:
    """Make a reader for rows with these columns; it raises RuleBroken for what is no game of the league."""
    season = "SEASON_ID" if "SEASON_ID" in columns else "SEASON_YEAR"
    pick = itemgetter(columns.index(season), *(columns.index(column) for column in SIDE_COLUMNS))

    def read(cells: Sequence[str]) -> Appearance:
        return _read_appearance(*pick(cells))

    return read


@lru_cache(maxsize=4096)  # ten players of a side repeat the same eight cells
def _read_appearance(
    season: str,
    team_id: str,
    abbreviation: str,
    name: str,
    game_id: str,
    date: str,
    matchup: str,
    result: str,
) -> Appearance:
    facts = _read_facts(season, game_id, date)
    team = _read_team(team_id, abbreviation, name)
    return Appearance(facts, team, _read_designation(matchup, team.abbreviation), _read_result(result))


@lru_cache(maxsize=1024)
def _read_team(team_id: str, abbreviation: str, name: str) -> TeamName:
    team = TeamName(require_id(team_id, "TEAM_ID"), require(abbreviation, "TEAM_ABBREVIATION"), name.strip())
    if find_team(team.id) is None:
        raise RuleBroken(
            Rule.TEAM_UNKNOWN,
            f"TEAM_ID {team.id} ({team.name}) is no franchise of the league, past or present",
        )
    return team


@lru_cache(maxsize=4096)
def _read_facts(season: str, game_id: str, date: str) -> GameFacts:
    try:
        normal_id = normalise_game_id(require(game_id, "GAME_ID"))
    except Invalid as error:
        raise RuleBroken(Rule.GAME_ID_MALFORMED, error.message) from error
    facts = GameFacts(
        normal_id, season_of_game(normal_id), season_type_of_game(normal_id), parse_date(date, "GAME_DATE")
    )
    years = {facts.season_start_year, _read_season(season), season_of_date(facts.date)}
    if len(years) > 1:
        raise RuleBroken(
            Rule.SEASON_CONTRADICTS_GAME,
            f"game {normal_id} is of {facts.season_start_year}, but its row says {season} and {date}",
        )
    return facts


def _read_season(cell: str) -> int:
    text = require(cell, "season")
    if match := _SEASON_ID.fullmatch(text):
        return int(match[1])
    try:
        return parse_season(text)
    except Invalid as error:
        raise RuleBroken(Rule.SEASON_CONTRADICTS_GAME, error.message) from error


@lru_cache(maxsize=4096)
def _read_designation(matchup: str, abbreviation: str) -> Designation:
    match = _MATCHUP.fullmatch(matchup.strip())
    if match is None:
        raise RuleBroken(
            Rule.MATCHUP_MALFORMED, f'MATCHUP is {matchup!r}; "BOS vs. PHI" or "PHI @ BOS" was expected'
        )
    # The row's own team stands left by custom; where both rows carry one text, it may stand right.
    stands_right = match[3] == abbreviation and match[1] != abbreviation
    return Designation.HOME if (match[2] == "vs.") is not stands_right else Designation.AWAY


def _read_result(cell: str) -> bool | None:
    text = cell.strip()
    if text in MISSING:
        return None
    if text not in {"W", "L"}:
        raise RuleBroken(Rule.RESULT_MALFORMED, f"WL is {cell!r}; W or L was expected")
    return text == "W"
