"""Splits the box score of a simulated side into lines of its ten players; every column adds up exactly.

Attempts go to players by talent and time; what came of them is drawn without replacement, so nobody makes
more than he tried. Works on whole arrays.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.stats.simulation.rosters import PLAYERS_A_GAME, Talents
from app.stats.simulation.scoring import Counts, Floats, Ints

_REGULATION_SECONDS: Final = 2_880
_OVERTIME_SECONDS: Final = 300
_POSITIONS: Final = 5
_MINUTES_BY_RANK: Final = np.asarray([35.0, 34.0, 32.0, 30.0, 28.0, 22.0, 19.0, 16.0, 13.0, 11.0])
_FOULS_TO_LEAVE: Final = 6


def game_seconds(overtimes: Ints) -> Ints:
    """Length of games in seconds: 2,880 and 300 for each overtime; same shape as `overtimes`."""
    return np.asarray(_REGULATION_SECONDS + _OVERTIME_SECONDS * overtimes)


def draw_seconds(length_seconds: Ints, rng: np.random.Generator) -> Ints:
    """Draw every player's time on the floor.

    Takes the length of each game, shape (rows,). Returns int64 of shape (rows, 10): each at most the length
    of the game, each row summing to five times that.
    """
    share = _MINUTES_BY_RANK * rng.lognormal(0.0, 0.15, (len(length_seconds), PLAYERS_A_GAME))
    for _ in range(3):  # what is cut from the busiest goes to the others, who may then be too busy in turn
        share = np.minimum(share * _POSITIONS / share.sum(axis=1, keepdims=True), 0.93)
    return _round_keeping_sum(
        share / share.sum(axis=1, keepdims=True) * (_POSITIONS * length_seconds)[:, None]
    )


def _round_keeping_sum(values: Floats) -> Ints:
    """Round rows so that their (whole) sums stay."""
    return np.asarray(np.diff(np.rint(values.cumsum(axis=1)).astype(np.int64), axis=1, prepend=0))


def split_counts(
    counts: Counts, overtimes: Ints, talents: Talents, players: Ints, rng: np.random.Generator
) -> Ints:
    """Draw the lines of all players of all games.

    Parameters
    ----------
    counts : Counts
        Both sides of n games.
    overtimes : int64 array of shape (n,)
        Overtimes played.
    talents : Talents
        Weights of the league's players.
    players : int64 array of shape (2 n, 10)
        Who plays, as indices into the talents; rows 2 i and 2 i + 1 are the home and away side of game i.
    rng : numpy.random.Generator
        The source of all randomness.

    Returns
    -------
    int64 array of shape (2 n, 10, 16)
        Columns in the order of `BoxScore` from seconds to personal fouls, summing over players to the side's
        counts; plus/minus stands apart, in `draw_plus_minus`.
    """
    seconds = draw_seconds(np.repeat(game_seconds(overtimes), 2), rng)

    def deal(total: Ints, talent: NDArray[np.float64]) -> Ints:
        weights = talent[players] * seconds
        return np.asarray(rng.multinomial(total.ravel(), weights / weights.sum(axis=1, keepdims=True)))

    twos = deal(counts.twos_attempted, talents.two_shots)
    threes = deal(counts.threes_attempted, talents.three_shots)
    twos_made = deal_within(twos, counts.twos_made.ravel(), rng)
    threes_made = deal_within(threes, counts.threes_made.ravel(), rng)
    made = twos_made + threes_made
    free_throws = 2 * deal(counts.trips, talents.trips) + deal_within(made, counts.and_ones.ravel(), rng)
    free_throws_made = deal_within(free_throws, counts.free_throws_made.ravel(), rng)
    offensive = deal(counts.offensive_rebounds, talents.offensive_rebounds)
    defensive = deal(counts.defensive_rebounds, talents.defensive_rebounds)
    columns = (
        seconds,
        2 * made + threes_made + free_throws_made,
        made,
        twos + threes,
        threes_made,
        threes,
        free_throws_made,
        free_throws,
        offensive,
        defensive,
        offensive + defensive,
        deal(counts.assists, talents.assists),
        deal(counts.steals, talents.steals),
        deal(counts.blocks, talents.blocks),
        deal(counts.turnovers, talents.turnovers),
        deal_within(
            _foul_limits(counts.fouls.ravel(), talents.fouls[players] * seconds), counts.fouls.ravel(), rng
        ),
    )
    return np.stack(columns, axis=2)


def deal_within(limits: Ints, totals: Ints, rng: np.random.Generator) -> Ints:
    """Deal totals of shape (rows,) to players within limits of shape (rows, players), as from a deck.

    Every row of the limits must sum to the total or more; then every row of the answer sums to the total.
    """
    dealt = np.zeros_like(limits)
    open_total, open_limit = totals.copy(), limits.sum(axis=1)
    for player in range(limits.shape[1]):
        own = limits[:, player]
        open_limit -= own
        dealt[:, player] = rng.hypergeometric(own, open_limit, open_total)
        open_total -= dealt[:, player]
    return dealt


def _foul_limits(totals: Ints, weights: Floats) -> Ints:
    """About twice each player's due, at most the six after which he must leave."""
    due = totals[:, None] * weights / weights.sum(axis=1, keepdims=True)
    return np.asarray(np.clip(np.ceil(2.2 * due).astype(np.int64) + 1, 1, _FOULS_TO_LEAVE))


def draw_plus_minus(margins: Ints, seconds: Ints, length_seconds: Ints, rng: np.random.Generator) -> Ints:
    """Draw each player's plus/minus; a row sums to five times the side's margin, as five at a time share it.

    Takes margins and lengths of shape (rows,) and seconds of shape (rows, 10); returns int64 like seconds.
    """
    present = seconds / length_seconds[:, None]
    noise = rng.normal(0.0, 12.0, seconds.shape) * np.sqrt(present * (1.0 - present))
    noise -= noise.mean(axis=1, keepdims=True)
    return _round_keeping_sum(margins[:, None] * present + noise)
