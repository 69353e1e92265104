"""Plays whole seasons of a made-up league and hands them out game by game, every one labelled SIMULATED.

Pure: the same arguments give the same rows, in the same order, from one seed. Stores nothing.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.stats.league import TEAMS
from app.stats.rows import BoxScore, GameRow, GameStatus, Origin, PlayerLineRow, SeasonType, TeamLineRow
from app.stats.simulation.game_ids import simulated_game_id
from app.stats.simulation.lines import draw_plus_minus, game_seconds, split_counts
from app.stats.simulation.rosters import Rosters, draw_rosters, draw_rotations, move_players
from app.stats.simulation.schedule import Fixture, draw_schedule
from app.stats.simulation.scoring import Floats, Ints, draw_games
from app.stats.simulation.strength import draw_strengths

HOME_EDGE_POINTS: Final = 2.6
_SECOND_NIGHT_POINTS: Final = 1.5  # what a team loses that also played the day before
_MEAN_POSSESSIONS: Final = 99.5
_TEAM_PACE_SPREAD: Final = 1.5
_GAME_PACE_SPREAD: Final = 2.5
_NIGHT_SPREAD_POINTS: Final = 5.5  # what a game's shooting lifts or lowers for both sides alike


@dataclass(frozen=True, slots=True)
class SimulatedGame:
    """One made-up game with both box scores: `team_lines` home side first, `player_lines` ten a side."""

    game: GameRow
    team_lines: tuple[TeamLineRow, TeamLineRow]
    player_lines: tuple[PlayerLineRow, ...]


def simulate_seasons(first_start_year: int, seasons: int, seed: int) -> Iterator[SimulatedGame]:
    """Play consecutive regular seasons of 1,230 games and yield them in the order of their days.

    Parameters
    ----------
    first_start_year : int
        The year in which the first season starts (2023 for "2023-24").
    seasons : int
        How many seasons, 0 or more; from one to the next teams keep 70 % of their strength and four fifths of
        their players.
    seed : int
        0 or more. One seed always gives the same league; more seasons do not change the first.

    Examples
    --------
    >>> next(simulate_seasons(2023, 1, seed=7)).game.origin
    <Origin.SIMULATED: 'SIMULATED'>
    """
    rng = np.random.default_rng(seed)
    rosters = draw_rosters(rng)
    strengths: Floats | None = None
    for start_year in range(first_start_year, first_start_year + seasons):
        fixtures = draw_schedule(start_year, rng)
        days = (fixtures[-1].date - fixtures[0].date).days + 1
        daily = draw_strengths(strengths, days, rng)
        yield from _play_season(start_year, fixtures, daily, rosters, rng)
        strengths, rosters = daily[-1], move_players(rosters, rng)


def _play_season(
    start_year: int, fixtures: list[Fixture], strengths: Floats, rosters: Rosters, rng: np.random.Generator
) -> Iterator[SimulatedGame]:
    position = {team.id: index for index, team in enumerate(TEAMS)}
    teams = np.asarray([(position[each.home_team_id], position[each.away_team_id]) for each in fixtures])
    pace = rng.normal(0.0, _TEAM_PACE_SPREAD, len(TEAMS))[teams].sum(axis=1)
    edges = _edges(fixtures, teams, strengths) + rng.normal(0.0, _NIGHT_SPREAD_POINTS, (len(fixtures), 1))
    possessions = np.rint(_MEAN_POSSESSIONS + pace + rng.normal(0.0, _GAME_PACE_SPREAD, len(fixtures)))
    counts, overtimes = draw_games(possessions.astype(np.int64), edges, rng)
    players = draw_rotations(rosters, teams.ravel(), rng)
    lines = split_counts(counts, overtimes, rosters.talents, players, rng)
    length = game_seconds(overtimes)
    margins = (counts.points - counts.points[:, ::-1]).ravel()
    plus_minus = draw_plus_minus(margins, lines[:, :, 0], np.repeat(length, 2), rng)
    totals = lines.sum(axis=1)
    ids = rosters.player_ids[players].tolist()
    sheets = zip(totals.tolist(), margins.tolist(), ids, lines.tolist(), plus_minus.tolist(), strict=True)
    for number, fixture in enumerate(fixtures, start=1):
        game_id = simulated_game_id(start_year, number)
        home = _write_side(game_id, fixture.home_team_id, next(sheets), is_home=True)
        away = _write_side(game_id, fixture.away_team_id, next(sheets), is_home=False)
        game = _write_game(game_id, start_year, fixture, home[0].box.points, away[0].box.points)
        yield SimulatedGame(game, (home[0], away[0]), home[1] + away[1])


def _edges(fixtures: list[Fixture], teams: Ints, strengths: Floats) -> Floats:
    """Points expected above an average game: own attack, the other's defence, home, tired legs."""
    day = np.asarray([(fixture.date - fixtures[0].date).days for fixture in fixtures])
    attack, defence = strengths[day[:, None], teams, 0], strengths[day[:, None], teams, 1]
    home = np.asarray([HOME_EDGE_POINTS / 2, -HOME_EDGE_POINTS / 2])
    return np.asarray(attack - defence[:, ::-1] + home - _SECOND_NIGHT_POINTS * _plays_second_night(fixtures))


def _plays_second_night(fixtures: list[Fixture]) -> Ints:
    last: dict[int, dt.date] = {}
    tired = []
    for fixture in fixtures:
        yesterday = fixture.date - dt.timedelta(days=1)
        both = (fixture.home_team_id, fixture.away_team_id)
        tired.append([int(last.get(team) == yesterday) for team in both])
        last |= dict.fromkeys(both, fixture.date)
    return np.asarray(tired)


def _write_game(
    game_id: str, start_year: int, fixture: Fixture, home: int | None, away: int | None
) -> GameRow:
    return GameRow(
        id=game_id,
        season_start_year=start_year,
        season_type=SeasonType.REGULAR_SEASON,
        date=fixture.date,
        status=GameStatus.FINAL,
        home_team_id=fixture.home_team_id,
        away_team_id=fixture.away_team_id,
        neutral_site=False,
        home_score=home,
        away_score=away,
        origin=Origin.SIMULATED,
    )


def _write_box(counts: list[int], plus_minus: int) -> BoxScore:
    return BoxScore(*counts, float(plus_minus))  # type: ignore[call-arg] # no checker sees that there are sixteen


def _write_side(
    game_id: str,
    team_id: int,
    sheet: tuple[list[int], int, list[int], list[list[int]], list[int]],
    *,
    is_home: bool,
) -> tuple[TeamLineRow, tuple[PlayerLineRow, ...]]:
    total, margin, ids, lines, plus_minus = sheet
    team = TeamLineRow(game_id, team_id, is_home, _write_box(total, margin))
    players = tuple(
        PlayerLineRow(game_id, player_id, team_id, _write_box(line, points))
        for player_id, line, points in zip(ids, lines, plus_minus, strict=True)
    )
    return team, players
