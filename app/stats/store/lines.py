"""Box scores: of the sides and players of games, and the log of a player."""

from collections.abc import Sequence
from typing import Final

from app.core.grouping import grouped
from app.core.paging import Page, check_page_size, page_of
from app.core.sort_keys import resume_behind
from app.stats.store.kinds import COUNTS
from app.stats.store.reading import NEWEST_GAME_FIRST, Reader
from app.stats.views import PlayerLineView, TeamLineView

_COUNTS: Final = ", ".join(f"l.{name}" for name in COUNTS)
_TEAM_COLUMNS: Final = f"{_COUNTS}, l.game_id, l.team_id, l.source_file_id, l.is_home"
_PLAYER_COLUMNS: Final = f"{_COUNTS}, l.game_id, l.team_id, l.source_file_id, l.player_id, l.game_date"
_TEAMS_OF_GAMES: Final = f"""
    select {_TEAM_COLUMNS} from team_line l where l.game_id = any($1::text[])
    order by l.game_id, l.is_home desc"""
_PLAYERS_OF_GAMES: Final = f"""
    select {_PLAYER_COLUMNS} from player_line l where l.game_id = any($1::text[])
    order by l.game_id, l.team_id, l.seconds desc nulls last, l.points desc nulls last, l.player_id"""
_LOGS: Final = f"""
    select {_PLAYER_COLUMNS}
    from (select distinct id from unnest($1::bigint[]) as given (id)) player cross join lateral (
        select l.* from player_line l
        where l.player_id = player.id and (l.game_date, l.game_id) < ($3::date, $4::text)
            and ($2::integer is null or exists (
                select from game g where g.id = l.game_id and g.season_start_year = $2))
        order by l.game_date desc, l.game_id desc limit $5
    ) l order by l.player_id, l.game_date desc, l.game_id desc"""


async def team_lines_of_games(reader: Reader, game_ids: Sequence[str]) -> list[list[TeamLineView]]:
    """Give for each game the totals of both sides, the home side first."""
    lines = [TeamLineView(*row) for row in await reader.fetch(_TEAMS_OF_GAMES, list(game_ids))]
    return grouped(game_ids, ((line.game_id, line) for line in lines))


async def player_lines_of_games(reader: Reader, game_ids: Sequence[str]) -> list[list[PlayerLineView]]:
    """Give for each game the lines of its players, side by side, the longest on the floor first."""
    lines = [PlayerLineView(*row) for row in await reader.fetch(_PLAYERS_OF_GAMES, list(game_ids))]
    return grouped(game_ids, ((line.game_id, line) for line in lines))


async def game_log_of_players(
    reader: Reader,
    player_ids: Sequence[int],
    *,
    season_start_year: int | None = None,
    first: int,
    after: str | None = None,
) -> list[Page[PlayerLineView]]:
    """Give for each player a page of his lines, the newest game first."""
    check_page_size(first)
    behind = resume_behind(after, NEWEST_GAME_FIRST)
    rows = await reader.fetch(_LOGS, list(player_ids), season_start_year, *behind, first + 1)
    lines = (PlayerLineView(*row) for row in rows)
    groups = grouped(player_ids, ((line.player_id, line) for line in lines))
    return [page_of(lines, first=first, after=after, key=_line_key) for lines in groups]


def _line_key(line: PlayerLineView) -> tuple[str, str]:
    return line.game_date.isoformat(), line.game_id
