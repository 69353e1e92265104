"""Games: their two sides, their box scores, their plays."""

import datetime as dt
from operator import attrgetter

import strawberry
from strawberry import ID

from app.stats.rows import GameStatus, Origin, PlayKind, SeasonType
from app.stats.views import SECONDS_PER_MINUTE, GameView, PlayView
from resolvers import stats, stats_games, stats_sources
from schema.fields import Terms, derived, each
from schema.paging import AFTER, FIRST, PAGED
from schema.relay import Connection, Node, global_id, register_node, shows
from schema.scalars import Duration
from schema.stats_seasons import Season
from schema.stats_sources import QuarantinedRow, SourceFile
from schema.stats_teams import Player, Team


def _clock(play: PlayView) -> Duration:
    minutes, seconds = divmod(play.seconds_left, SECONDS_PER_MINUTE)
    return Duration(f"PT{int(minutes)}M{seconds:g}S")


@shows(PlayView, "One event of a game's play-by-play.")
class Play(Node):
    """Shows `PlayView`."""

    id: ID = global_id("Play", lambda play: f"{play.game_id}/{play.number}")
    number: int = strawberry.field(description="Place within the game, from 1 on in order of time.")
    period: int = strawberry.field(description="1 to 4, then 5 for the first overtime.")
    kind: PlayKind = strawberry.field(description="What happened.")
    clock: Duration = derived(_clock, "Time left in the period.")
    description: str = strawberry.field(description="The source's own words.")
    home_score: int = strawberry.field(description="Points of the home side after it.")
    away_score: int = strawberry.field(description="Points of the visiting side after it.")
    team: Team | None = each(stats.teams_of, "The team that did it; null where it was nobody's.")
    player: Player | None = each(stats.players_of, "The player who did it; null where it was nobody.")


@strawberry.type(description="One player's totals in one game that he entered. Null: the source did not say.")
class BoxScoreLine:
    """Shows `PlayerLineView`."""

    player: Player = each(stats.players_of, "Whose totals these are.")
    team: Team = each(stats.teams_of, "For whom he played.")
    game: "Game" = each(stats_games.games_of, "In which game.")
    minutes: float | None = strawberry.field(description="Minutes on the floor.")
    points: int | None = strawberry.field(description="Points.")
    field_goals_made: int | None = strawberry.field(description="Field goals made.")
    field_goals_attempted: int | None = strawberry.field(description="Field goals tried.")
    three_pointers_made: int | None = strawberry.field(description="Three-point field goals made.")
    three_pointers_attempted: int | None = strawberry.field(description="Three-point field goals tried.")
    free_throws_made: int | None = strawberry.field(description="Free throws made.")
    free_throws_attempted: int | None = strawberry.field(description="Free throws tried.")
    offensive_rebounds: int | None = strawberry.field(description="Rebounds at the opponent's basket.")
    defensive_rebounds: int | None = strawberry.field(description="Rebounds at the own basket.")
    rebounds: int | None = strawberry.field(description="Rebounds.")
    assists: int | None = strawberry.field(description="Assists.")
    steals: int | None = strawberry.field(description="Steals.")
    blocks: int | None = strawberry.field(description="Blocked shots.")
    turnovers: int | None = strawberry.field(description="Turnovers.")
    personal_fouls: int | None = strawberry.field(description="Personal fouls.")
    plus_minus: float | None = strawberry.field(
        description="Points of his team less those of the opponent while he was on the floor."
    )


@strawberry.type(description="One of the two teams of a game.")
class TeamGame:
    """Shows `Side`."""

    team: Team = each(stats.teams_of, "The team.")
    is_home: bool = strawberry.field(
        description="Whether the league designates it as the home side, on a neutral site too."
    )
    score: int | None = strawberry.field(description="Points; null before the game.")
    box_score: list[BoxScoreLine] = each(
        stats_games.box_scores,
        "Its players' totals, the longest on the floor first.",
        terms=Terms(cost=15),
    )


@shows(GameView, "One game of the league. Look at `origin` before you believe it.")
class Game(Node):
    """Shows `GameView`."""

    id: ID = global_id("Game")
    season: Season = each(stats_games.seasons_of, "The season that it belongs to.")
    date: dt.date = strawberry.field(description="Its day, as the league counts days.")
    type: SeasonType = derived(attrgetter("season_type"), "The part of the season.")
    status: GameStatus = strawberry.field(description="Where it stands.")
    origin: Origin = strawberry.field(description="Whether it took place or was made up from a seed.")
    neutral_site: bool = strawberry.field(description="Whether neither side played at home.")
    home: TeamGame = each(stats_games.home_sides, "The home side.")
    away: TeamGame = each(stats_games.away_sides, "The visiting side.")
    plays: Connection[Play] = each(
        stats_games.plays,
        "Its play-by-play, from the first event on.",
        arguments={"first": FIRST, "after": AFTER},
        terms=PAGED,
    )
    quality_issues: list[QuarantinedRow] = each(
        stats_sources.quality_issues, "Rows about this game that were refused."
    )
    source_file: SourceFile | None = each(
        stats_sources.files_of, "The source whose statement of the result stands; null where none is known."
    )


@strawberry.type(description="One page of games.")
class GameConnection(Connection[Game]):
    """A page whose whole can be counted."""

    total_count: int = each(
        stats_games.total_counts,
        "How many games the whole list has: counted only when it is asked for.",
        terms=Terms(cost=5),
    )


register_node("Game", stats_games.games_by_key)
register_node("Play", stats_games.plays_by_key)
