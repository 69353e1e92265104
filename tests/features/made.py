"""Builds games from nothing and reads real ones: a test names only what matters to it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from app.features.form import TeamForm, roll_forms
from app.features.games import RATED_SEASON_TYPES, PlayedGame, SideTotals
from app.features.matchup import Matchup
from app.stats.formats.assembling import AssembledGame, assemble_games
from app.stats.formats.recognise import recognise
from app.stats.formats.team_lines import TeamSide
from app.stats.rows import BoxScore, GameRow, SeasonType, TeamLineRow
from app.stats.simulation import simulate_seasons

BOS, PHI, LAL, DEN = 1610612738, 1610612755, 1610612747, 1610612743
FIRST_DAY = dt.date(2018, 10, 16)


def totals(**changes: int) -> SideTotals:
    """One side of an ordinary game: 102.8 possessions, 105 points."""
    counts = {
        "field_goals_made": 40, "field_goals_attempted": 90, "three_pointers_made": 10,
        "three_pointers_attempted": 30, "free_throws_made": 15, "free_throws_attempted": 20,
        "offensive_rebounds": 10, "defensive_rebounds": 35, "turnovers": 14,
    }  # fmt: skip
    return SideTotals(**{**counts, **changes})


def played(  # noqa: PLR0913 - each test changes another
    *,
    day: int = 0,
    number: int = 1,
    home: int = BOS,
    away: int = PHI,
    score: tuple[int, int] = (105, 87),
    season: int = 2018,
    neutral_site: bool = False,
    home_totals: SideTotals | None = None,
    away_totals: SideTotals | None = None,
    season_type: SeasonType = SeasonType.REGULAR_SEASON,
) -> PlayedGame:
    """A game so many days after the first one; a season later than 2018 starts a year later each."""
    return PlayedGame(
        game_id=f"002{season % 100:02d}{number:05d}",
        date=FIRST_DAY + dt.timedelta(days=day + 365 * (season - 2018)),
        season_start_year=season,
        season_type=season_type,
        home_team_id=home,
        away_team_id=away,
        neutral_site=neutral_site,
        home_score=score[0],
        away_score=score[1],
        home_totals=home_totals,
        away_totals=away_totals,
    )


def simulated_games(seasons: int = 1, *, seed: int = 7) -> list[PlayedGame]:
    """Whole seasons of 1,230 made-up games with box scores, in order."""
    return in_order(_played_game(one.game, *one.team_lines) for one in simulate_seasons(2018, seasons, seed))


def real_games(folder: Path, first_year: int) -> list[PlayedGame]:
    """Every real game of the regular seasons and playoffs from a season on, in order, each once."""
    logs = sorted((folder / "team_game_logs").glob("log-*.csv"))
    paths = [
        *(path for path in logs if int(path.stem[4:]) > first_year),  # named by the year in which it ends
        *sorted((folder / "team_game_logs_finder").glob("leaguegamefinder_*.csv")),
        *sorted((folder / "playoffs").glob("*.csv")),
    ]  # fmt: skip
    games: dict[str, PlayedGame] = {}
    for path in paths:
        sides = (side for side in recognise(path).parse() if isinstance(side, TeamSide))
        for one in assemble_games(sides):
            if isinstance(one, AssembledGame):
                games[one.game.id] = _played_game(one.game, one.home, one.away)
    return in_order(games.values())


def in_order(games: Iterable[PlayedGame]) -> list[PlayedGame]:
    rated = (game for game in games if game.season_type in RATED_SEASON_TYPES)
    return sorted(rated, key=lambda game: (game.date, game.game_id))


def matchups(games: Sequence[PlayedGame]) -> Iterator[Matchup]:
    """The games as they looked before they started."""
    forms: dict[int, TeamForm] = {}
    rolled = roll_forms(games)
    for game, home, away in zip(games, rolled, rolled, strict=True):
        yield Matchup(
            forms.get(game.home_team_id),
            forms.get(game.away_team_id),
            game.date,
            game.season_start_year,
            neutral_site=game.neutral_site,
        )
        forms[home.team_id], forms[away.team_id] = home, away


def _played_game(game: GameRow, home: TeamLineRow, away: TeamLineRow) -> PlayedGame:
    assert game.home_score is not None
    assert game.away_score is not None
    return PlayedGame(
        game_id=game.id,
        date=game.date,
        season_start_year=game.season_start_year,
        season_type=game.season_type,
        home_team_id=game.home_team_id,
        away_team_id=game.away_team_id,
        neutral_site=game.neutral_site,
        home_score=game.home_score,
        away_score=game.away_score,
        home_totals=_side_totals(home.box),
        away_totals=_side_totals(away.box),
    )


def _side_totals(box: BoxScore) -> SideTotals | None:
    counts = [getattr(box, name) for name in SideTotals.__slots__]
    return None if None in counts else SideTotals(*counts)
