"""Who plays whom, where and on which day in a simulated regular season: the league's own formula of 82 games.

Pairings are fixed by divisions, days are drawn. Knows nothing of strengths or scores.
"""

import calendar
import datetime as dt
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.stats.league import DIVISIONS, TEAMS

# A week's games from Monday to Sunday: Wednesdays and Fridays are full, Thursdays are left to television.
_WEEKDAY_WEIGHT: Final = (1.2, 0.9, 1.5, 0.5, 1.5, 1.1, 1.0)
# Chosen so that a team plays about 14 times on two days in a row, as in 2023-24.
_BACK_TO_BACK_WEIGHT: Final = 0.16
_ALL_STAR_DAYS: Final = 6
# Days are looked at with two neighbours on both sides: so wide a margin needs no special case at the ends.
_MARGIN_DAYS: Final = 2
_ATTEMPTS: Final = 50


@dataclass(frozen=True, slots=True)
class Fixture:
    """A game that is due: a day and the ids of the two teams."""

    date: dt.date
    home_team_id: int
    away_team_id: int


def pair_teams(rotation: int) -> list[tuple[int, int]]:
    """List the (home, away) team ids of one season's 1,230 games: 41 at home and 41 away for each team.

    Four games against each rival of the division, four or three against the rest of the conference,
    two against the other conference. `rotation` shifts who meets only three times, as the league does yearly.
    """
    pairs: list[tuple[int, int]] = []
    rosters = {
        (conference, division): [team.id for team in TEAMS if team.division == division]
        for conference, divisions in DIVISIONS.items()
        for division in divisions
    }
    for members in rosters.values():
        for one, other in combinations(members, 2):
            pairs += [(one, other), (other, one)] * 2
    for (key, members), (other_key, others) in combinations(rosters.items(), 2):
        if key[0] == other_key[0]:
            pairs += _pair_divisions(members, others, rotation)
        else:
            pairs += [pair for one in members for other in others for pair in ((one, other), (other, one))]
    return pairs


def _pair_divisions(members: list[int], others: list[int], rotation: int) -> list[tuple[int, int]]:
    """Pair two divisions of a conference: each team meets three of the other five 4 times, two 3 times."""
    pairs: list[tuple[int, int]] = []
    for i, one in enumerate(members):
        for j, other in enumerate(others):
            step = (j - i - rotation) % len(others)
            pairs += [(one, other)] * (1 if step == 1 else 2)
            pairs += [(other, one)] * (1 if step == 0 else 2)
    return pairs


def list_game_days(start_year: int) -> list[dt.date]:
    """List the days of a season on which games are played, from October to April without the usual pauses."""
    opening = _weekday_from(dt.date(start_year, 10, 18), calendar.TUESDAY)
    closing = _weekday_from(dt.date(start_year + 1, 4, 9), calendar.SUNDAY)
    thanksgiving = _weekday_from(dt.date(start_year, 11, 22), calendar.THURSDAY)
    all_star = _weekday_from(dt.date(start_year + 1, 2, 14), calendar.FRIDAY)
    pauses = {thanksgiving, dt.date(start_year, 12, 24)}
    pauses |= {all_star + dt.timedelta(days=day) for day in range(_ALL_STAR_DAYS)}
    days = (opening + dt.timedelta(days=day) for day in range((closing - opening).days + 1))
    return [day for day in days if day not in pauses]


def _weekday_from(date: dt.date, weekday: int) -> dt.date:
    return date + dt.timedelta(days=(weekday - date.weekday()) % 7)


def draw_schedule(start_year: int, rng: np.random.Generator) -> list[Fixture]:
    """Draw the day of every game of a season; no team plays twice a day or on three days in a row.

    Returns 1,230 fixtures in the order of their days.
    """
    pairs = pair_teams(rotation=start_year)
    days = list_game_days(start_year)
    for _ in range(_ATTEMPTS):
        drawn = _draw_days(pairs, days, rng)
        if drawn is not None:
            break
    else:
        msg = f"no schedule for {start_year} in {_ATTEMPTS} attempts over {len(days)} days"
        raise RuntimeError(msg)
    fixtures = [Fixture(days[day], home, away) for (home, away), day in zip(pairs, drawn, strict=True)]
    return sorted(fixtures, key=lambda fixture: (fixture.date, fixture.home_team_id))


def _draw_days(
    pairs: list[tuple[int, int]], days: list[dt.date], rng: np.random.Generator
) -> NDArray[np.int64] | None:
    """Draw the day (an index) of each pairing, or None if one found no day on which both teams may play."""
    at = np.asarray([(day - days[0]).days for day in days]) + _MARGIN_DAYS
    taken = {team.id: np.zeros(at[-1] + 1 + _MARGIN_DAYS, dtype=np.bool_) for team in TEAMS}
    quota = np.asarray([_WEEKDAY_WEIGHT[day.weekday()] for day in days])
    quota *= len(pairs) / quota.sum()
    load = np.zeros(len(days))
    drawn = np.zeros(len(pairs), dtype=np.int64)
    for index in rng.permutation(len(pairs)):
        home, away = pairs[index]
        weights = (
            np.exp(2.0 * (1.0 - load / quota)) * _day_weights(taken[home], at) * _day_weights(taken[away], at)
        )
        reached = weights.cumsum()
        if reached[-1] == 0.0:
            return None
        drawn[index] = chosen = int(np.searchsorted(reached, rng.random() * reached[-1], side="right"))
        load[chosen] += 1
        taken[home][at[chosen]] = taken[away][at[chosen]] = True
    return drawn


def _day_weights(taken: NDArray[np.bool_], at: NDArray[np.int64]) -> NDArray[np.float64]:
    """How gladly a team plays on each day: 0 if it already does or would play three days running."""
    before, after = taken[at - 1], taken[at + 1]
    third_day = (before & after) | (before & taken[at - 2]) | (after & taken[at + 2])
    weights = np.where(before | after, _BACK_TO_BACK_WEIGHT, 1.0)
    weights[taken[at] | third_day] = 0.0
    return weights
