"""Teams and players."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID

from app.stats.views import PlayerView, TeamView
from resolvers import stats
from schema.fields import Argument, Terms, each
from schema.paging import AFTER, FIRST, PAGED, SEASON_FILTER
from schema.relay import Connection, Node, global_id, register_node, shows

if TYPE_CHECKING:
    from schema.stats_games import BoxScoreLine, GameConnection

SEASON = Argument("A season as the league writes it: 2023-24.")


@shows(PlayerView, "A person who is or was on a roster.")
class Player(Node):
    """Shows `PlayerView`."""

    id: ID = global_id("Player")
    full_name: str = strawberry.field(description="First and last name.")
    is_active: bool | None = strawberry.field(
        description="Whether the player is on a roster today; null where no source says."
    )
    game_log: Connection[Annotated["BoxScoreLine", strawberry.lazy("schema.stats_games")]] = each(
        stats.game_logs,
        "His lines, one a game that he entered, the newest first.",
        arguments={"first": FIRST, "after": AFTER, "season": SEASON_FILTER},
        terms=PAGED,
    )


@shows(TeamView, "A franchise, under the id that it kept through every move.")
class Team(Node):
    """Shows `TeamView`."""

    id: ID = global_id("Team")
    abbreviation: str = strawberry.field(description="Three letters, as of today: BOS.")
    name: str = strawberry.field(description="City and name, as of today: Boston Celtics.")
    conference: str | None = strawberry.field(
        description="East or West, as of today; null for a team that is no more."
    )
    division: str | None = strawberry.field(
        description="Division, as of today; null for a team that is no more."
    )
    roster: list[Player] = each(
        stats.rosters,
        "Everyone who played for the team in a season, by name.",
        arguments={"season": SEASON},
        terms=Terms(cost=20),
    )
    games: Annotated["GameConnection", strawberry.lazy("schema.stats_games")] = each(
        stats.team_games,
        "Its games, the newest first.",
        arguments={"first": FIRST, "after": AFTER, "season": SEASON_FILTER},
        terms=PAGED,
    )


register_node("Team", stats.teams_by_key)
register_node("Player", stats.players_by_key)
