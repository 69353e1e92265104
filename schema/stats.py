"""The roots of the league: everything that all workspaces share."""

import strawberry
from strawberry import ID

from app.governance.scopes import Scope
from resolvers import stats, stats_games, stats_seasons, stats_sources
from schema import stats_enums
from schema.fields import Argument, Terms, one
from schema.paging import AFTER, FIRST, SEASON_FILTER
from schema.relay import Connection
from schema.stats_games import Game, GameConnection
from schema.stats_seasons import Season
from schema.stats_sources import QuarantinedRow, SourceFile
from schema.stats_teams import Player, Team

READ = Terms(requires=Scope.STATS_READ)
READ_PAGE = Terms(requires=Scope.STATS_READ, multipliers=("first",))
PAGE = {"first": FIRST, "after": AFTER}

__all__ = ["StatsQuery", "stats_enums"]


@strawberry.type
class StatsQuery:
    """Roots that read the league."""

    team: Team | None = one(
        stats.team,
        "The team of an abbreviation, null where there is none.",
        arguments={"abbreviation": Argument("Three letters, in either case: BOS.")},
        terms=READ,
    )
    teams: Connection[Team] = one(stats.teams, "All teams, by name.", arguments=PAGE, terms=READ_PAGE)
    player: Player | None = one(
        stats.player,
        "One player, by id or by name; null where there is none.",
        arguments={
            "id": Argument("The id of a player.", ID | None),
            "name": Argument("The full name, whatever its case and marks: nikola jokic."),
        },
        terms=READ,
    )
    players: Connection[Player] = one(
        stats.players,
        "Players, by name.",
        arguments={
            **PAGE,
            "search": Argument("Only those with this in the name, whatever its case and marks."),
        },
        terms=READ_PAGE,
    )
    game: Game | None = one(
        stats_games.game,
        "One game, null where there is none.",
        arguments={"id": Argument("The id of a game.", ID)},
        terms=READ,
    )
    games: GameConnection = one(
        stats_games.games,
        "Games, the newest first.",
        arguments={
            **PAGE,
            "date": Argument("Only games of this day."),
            "season": SEASON_FILTER,
            "team": Argument("Only games of this team.", ID | None),
            "status": Argument("Only games that stand so."),
        },
        terms=READ_PAGE,
    )
    season: Season | None = one(
        stats_seasons.season,
        "One season, null where there are no games of it.",
        arguments={"label": Argument("As the league writes it: 2023-24.")},
        terms=READ,
    )
    seasons: list[Season] = one(
        stats_seasons.seasons, "All seasons of which there are games, the newest first.", terms=READ
    )
    source_files: Connection[SourceFile] = one(
        stats_sources.source_files,
        "The files and responses that were read, the newest first.",
        arguments=PAGE,
        terms=READ_PAGE,
    )
    quarantined_rows: Connection[QuarantinedRow] = one(
        stats_sources.all_quarantined_rows,
        "Rows that were refused, the newest first.",
        arguments={**PAGE, "rule": Argument("Only rows that broke the rule of this name.")},
        terms=READ_PAGE,
    )
