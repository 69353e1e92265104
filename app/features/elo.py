"""Elo ratings of teams as FiveThirtyEight published them: the baseline that every model must beat.

Pure formulas and one pass over games in order. This room knows nothing of box scores, rest or storage.

Source: N. Silver and R. Fischer-Baum, "How We Calculate NBA Elo Ratings", FiveThirtyEight, 2015: K of 20, a
home court worth 100 points, a multiplier for the margin of victory, three quarters of a rating carried into
the next season. We differ in one thing: games at neutral sites are given no home court.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.core.errors import Invalid
from app.features.games import PlayedGame

K_FACTOR: Final = 20.0
HOME_ADVANTAGE: Final = 100.0
INITIAL_RATING: Final = 1300.0
"""The rating of a franchise before its first game."""
CARRY_OVER_SHARE: Final = 0.75
CARRY_OVER_MEAN: Final = 1505.0

_POINTS_PER_TENFOLD_ODDS: Final = 400.0


@dataclass(frozen=True, slots=True)
class RatedGame:
    """Both ratings before a game, the home side's win probability, and both ratings after it."""

    game_id: str
    home_before: float
    away_before: float
    home_win_probability: float
    home_after: float
    away_after: float


def rating_difference(home: float, away: float, *, neutral_site: bool) -> float:
    """Give the home side's lead in Elo points, home court included; none is given at a neutral site."""
    return home - away + (0.0 if neutral_site else HOME_ADVANTAGE)


def win_probability(difference: float) -> float:
    """Turn a lead in Elo points into the probability to win.

    Parameters
    ----------
    difference : float
        Lead in Elo points (home court included); any finite number.

    Returns
    -------
    float
        In (0, 1); the probabilities of a lead and of its opposite sum to 1.

    Examples
    --------
    >>> round(win_probability(0.0), 3), round(win_probability(100.0), 3), round(win_probability(-400.0), 3)
    (0.5, 0.64, 0.091)
    """
    # beyond 16,000 points the other side's odds would overflow; 1e-40 and 1 are what is left of them
    bounded = max(-16_000.0, min(16_000.0, difference))
    odds_against: float = 10.0 ** (-bounded / _POINTS_PER_TENFOLD_ODDS)
    return 1.0 / (1.0 + odds_against)


def margin_multiplier(margin: int, winner_difference: float) -> float:
    """Weigh a result by its margin; wins of favourites count for less, or ratings would run away.

    Parameters
    ----------
    margin : int
        Points by which the winner won, at least 1.
    winner_difference : float
        The winner's lead in Elo points before the game, home court included; negative for an underdog.

    Returns
    -------
    float
        ``(margin + 3) ** 0.8 / (7.5 + 0.006 * winner_difference)``, always above 0.

    Raises
    ------
    Invalid
        If the margin is below 1, or the winner stood 1,250 points or more below: there the formula ends.

    Examples
    --------
    >>> round(margin_multiplier(10, 100.0), 4)
    0.9609
    """
    if margin < 1:
        raise Invalid(f"margin of victory asked for: {margin}; a decided game has at least 1 point")
    damping = 7.5 + 0.006 * winner_difference
    if damping <= 0:
        raise Invalid(f"Elo lead of the winner: {winner_difference}; the formula holds above -1,250 points")
    return float((margin + 3) ** 0.8 / damping)


def rating_change(difference: float, home_margin: int) -> float:
    """Tell the Elo points that the away side hands to the home side after a game (negative: the other way).

    Parameters
    ----------
    difference : float
        The home side's lead before the game in Elo points, home court included.
    home_margin : int
        Points of the home side minus points of the away side; not 0.

    Raises
    ------
    Invalid
        If the game is not decided.
    """
    home_won = home_margin > 0
    multiplier = margin_multiplier(abs(home_margin), difference if home_won else -difference)
    return K_FACTOR * multiplier * (float(home_won) - win_probability(difference))


def carry_over(rating: float) -> float:
    """Bring a rating into the next season: three quarters of it, one quarter of 1505.

    Examples
    --------
    >>> carry_over(1705.0)
    1655.0
    """
    return CARRY_OVER_SHARE * rating + (1.0 - CARRY_OVER_SHARE) * CARRY_OVER_MEAN


def rate_games(games: Iterable[PlayedGame]) -> Iterator[RatedGame]:
    """Rate games given in the order in which they were played; each sees only those before it."""
    ratings: dict[int, tuple[int, float]] = {}
    for game in games:
        home = _rating_before(ratings, game.home_team_id, game.season_start_year)
        away = _rating_before(ratings, game.away_team_id, game.season_start_year)
        lead = rating_difference(home, away, neutral_site=game.neutral_site)
        change = rating_change(lead, game.home_margin)
        ratings[game.home_team_id] = (game.season_start_year, home + change)
        ratings[game.away_team_id] = (game.season_start_year, away - change)
        yield RatedGame(game.game_id, home, away, win_probability(lead), home + change, away - change)


def _rating_before(ratings: dict[int, tuple[int, float]], team_id: int, season_start_year: int) -> float:
    if team_id not in ratings:
        return INITIAL_RATING
    season, rating = ratings[team_id]
    return rating if season == season_start_year else carry_over(rating)
