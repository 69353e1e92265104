"""Tells a game event by event from its two box scores: made up, and yet it ends at the true score.

Every basket, throw, rebound, turnover, steal, block and foul of the player lines occurs once. Pure.
"""

from collections.abc import Sequence

import numpy as np

from app.core.errors import Invalid
from app.stats.rows import GameRow, PlayerLineRow, PlayRow, TeamLineRow
from app.stats.simulation.actions import Action, Side, count_of, gather_side, list_actions
from app.stats.simulation.casting import cast_actions, cast_others
from app.stats.simulation.floor import POSITIONS, Rotation
from app.stats.simulation.telling import Telling
from app.stats.simulation.timeline import (
    OVERTIME_SECONDS,
    PERIOD_SECONDS,
    REGULATION_PERIODS,
    Possession,
    draw_period,
    split_stretches,
)


def simulate_plays(
    game: GameRow, team_lines: Sequence[TeamLineRow], player_lines: Sequence[PlayerLineRow], seed: int
) -> list[PlayRow]:
    """Make up the play-by-play of a finished game that agrees with its box scores.

    Parameters
    ----------
    game : GameRow
        A finished game, simulated or real; the opening line of the telling says "simulated" in either case.
    team_lines : sequence of TeamLineRow
        Both sides' totals, in any order.
    player_lines : sequence of PlayerLineRow
        All players' lines: at least five a side, complete, adding up to the score.
    seed : int
        0 or more; the same seed and game give the same plays.

    Returns
    -------
    list of PlayRow
        Numbered from 1 in order of time; the last one bears the final score.

    Raises
    ------
    Invalid
        If a line lacks a count, a side has fewer than five players, or the points do not add up to the score.
    """
    rng = np.random.default_rng((seed, int(game.id)))
    sides = _gather_sides(game, team_lines, player_lines)
    rotations = (_rotation(sides[0], rng), _rotation(sides[1], rng))
    actions = (list_actions(sides[0], sides[1], rng), list_actions(sides[1], sides[0], rng))
    overtimes = _count_overtimes(sides[0])
    telling = Telling(game)
    possessions: list[Possession] = []
    for index, stretch in enumerate(split_stretches(*actions, overtimes, rng)):
        periods = range(1, REGULATION_PERIODS + 1) if index == 0 else (REGULATION_PERIODS + index,)
        possessions += _play_stretch(periods, stretch, rotations, rng)
    cast_others(possessions, sides, rng)
    for period in range(1, REGULATION_PERIODS + overtimes + 1):
        telling.tell_period(period, [each for each in possessions if each.period == period], rng)
    return telling.plays


def _gather_sides(
    game: GameRow, team_lines: Sequence[TeamLineRow], player_lines: Sequence[PlayerLineRow]
) -> tuple[Side, Side]:
    lines = {line.team_id: line for line in team_lines}
    if not {game.home_team_id, game.away_team_id} <= lines.keys():
        raise Invalid(
            f"plays of game {game.id} can't be simulated without the lines of both teams: load its box score"
        )
    home = gather_side(lines[game.home_team_id], player_lines)
    away = gather_side(lines[game.away_team_id], player_lines)
    if (home.box.points, away.box.points) != (game.home_score, game.away_score):
        raise Invalid(
            f"plays of game {game.id} can't be simulated: the box score says "
            f"{home.box.points}-{away.box.points}, the game {game.home_score}-{game.away_score}"
        )
    return home, away


def _rotation(side: Side, rng: np.random.Generator) -> Rotation:
    seconds = {line.player_id: count_of(line.box, "seconds") for line in side.players}
    played = {player: count for player, count in seconds.items() if count > 0}
    if len(played) < POSITIONS:
        raise Invalid(
            f"plays can't be simulated: team {side.team_id} has {len(played)} players with time on the floor"
        )
    return Rotation.from_seconds(played, rng)


def _count_overtimes(side: Side) -> int:
    """From the team's time on the floor; some sources sum rounded minutes, hence the nearest number."""
    length = count_of(side.box, "seconds") / POSITIONS
    return max(0, round((length - REGULATION_PERIODS * PERIOD_SECONDS) / OVERTIME_SECONDS))


def _play_stretch(
    periods: Sequence[int],
    stretch: tuple[list[Action], list[Action]],
    rotations: tuple[Rotation, Rotation],
    rng: np.random.Generator,
) -> list[Possession]:
    """Spread a stretch (regulation or an overtime) over its periods and fill it with both sides' actions."""
    tries = [_draw_tries(actions, rng) for actions in stretch]
    possessions: list[Possession] = []
    for turn, period in enumerate(periods):
        home, away = (
            own[len(own) * turn // len(periods) : len(own) * (turn + 1) // len(periods)] for own in tries
        )
        possessions += draw_period(period, (home, away), rotations, rng)
    for side, actions in enumerate(stretch):
        cast_actions(possessions, side, actions, rng)
    return possessions


def _draw_tries(actions: Sequence[Action], rng: np.random.Generator) -> list[int]:
    """How many tries each possession has: one that ends it and, here and there, some that keep the ball."""
    continued = sum(action.is_continued for action in actions)
    ends = max(1, len(actions) - continued)
    tries = np.ones(ends, dtype=np.int64)
    np.add.at(tries, rng.integers(ends, size=continued), 1)
    return [int(count) for count in tries]
