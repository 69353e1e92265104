"""Seasons, their standings and leaders."""

from operator import attrgetter

import strawberry
from strawberry import ID

from app.stats.rows import Origin
from app.stats.views import SeasonView
from resolvers import stats, stats_seasons
from schema.fields import Argument, Terms, each
from schema.relay import Node, global_id, register_node, shows
from schema.stats_teams import Player, Team

SEASON_TYPE = Argument("The part of the season.")


@strawberry.type(description="A team's place in its conference.")
class Standing:
    """Shows `StandingView`."""

    team: Team = each(stats.teams_of, "The team.")
    conference: str | None = strawberry.field(description="East or West, as of today.")
    wins: int = strawberry.field(description="Games won.")
    losses: int = strawberry.field(description="Games lost.")
    win_pct: float = strawberry.field(description="Games won of those played, 0 to 1.")
    games_behind: float = strawberry.field(description="Games behind the leader of the conference.")
    conference_rank: int = strawberry.field(description="Place in the conference, from 1 on.")
    streak: str = strawberry.field(description="W3 after three wins in a row, L1 after a loss.")
    origin: Origin = strawberry.field(description="Whether it counts games that took place.")


@strawberry.type(description="A player's place in a ranking. Equal values share a rank.")
class Leader:
    """Shows `LeaderView`."""

    rank: int = strawberry.field(description="Place, from 1 on.")
    player: Player = each(stats.players_of, "The player.")
    team: Team | None = each(stats.teams_of, "The team for which he played last in that part of the season.")
    value: float = strawberry.field(description="What he is ranked by, in the mode that was asked for.")
    games: int = strawberry.field(description="Games in which he entered.")
    origin: Origin = strawberry.field(description="Whether it counts games that took place.")


@shows(SeasonView, "A season of which there are games.")
class Season(Node):
    """Shows `SeasonView`."""

    id: ID = global_id("Season", attrgetter("label"))
    label: str = strawberry.field(description="As the league writes it: 2023-24.")
    start_year: int = strawberry.field(description="The year in which it begins: 2023.")
    standings: list[Standing] = each(
        stats_seasons.standings,
        "How the teams stand, the best first.",
        arguments={
            "type": SEASON_TYPE,
            "as_of": Argument("After the games of this day; null for how it stands or ended."),
        },
        terms=Terms(cost=30),
    )
    leaders: list[Leader] = each(
        stats_seasons.leaders,
        "The leading players.",
        arguments={
            "metric": Argument("What they are ranked by."),
            "per_mode": Argument("What the sums are divided by."),
            "type": SEASON_TYPE,
            "first": Argument("How many at most, 1 to 500; ties at the end are kept."),
            "min_games": Argument(
                "Only players with this many games; null for the league's own rule: 70 percent of a team's "
                "games for a rate, none for a total."
            ),
        },
        terms=Terms(cost=2, multipliers=("first",)),
    )


register_node("Season", stats_seasons.seasons_by_key)
