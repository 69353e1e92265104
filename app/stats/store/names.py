"""Teams and players that a source mentions: each gets its name once and keeps it.

Names known beforehand (app/stats/league.py) win over a file's, which may be those of another decade.
"""

import asyncio
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from app.core.session import Connection
from app.stats.league import TEAMS, find_team, list_players
from app.stats.rows import PlayerRow, TeamRow

_UNDECOMPOSED = str.maketrans(
    {"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
"""Letters that Unicode does not take apart into a letter and a mark."""

_INSERT_TEAMS = """
    insert into team (id, abbreviation, name, conference, division)
    select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
    on conflict (id) do nothing"""
_INSERT_PLAYERS = """
    insert into player (id, full_name, folded_name, is_active)
    select * from unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[])
    on conflict (id) do nothing"""


def fold_name(name: str) -> str:
    """Give a name without case, marks and doubled spaces, so that it is found however it was typed.

    >>> fold_name("Luka  Dončić"), fold_name("Ognjen Kuzmić"), fold_name("DENNIS SCHRÖDER")
    ('luka doncic', 'ognjen kuzmic', 'dennis schroder')
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_UNDECOMPOSED))
    letters = (letter for letter in decomposed if not unicodedata.combining(letter) and letter != "\x00")
    return " ".join("".join(letters).split())


@cache
def _known_players() -> Mapping[int, PlayerRow]:
    return {player.id: player for player in list_players()}


async def insert_teams(connection: Connection, mentioned: Iterable[TeamRow]) -> None:
    """Insert the league's thirty teams and those mentioned, unless they are there."""
    teams = {team.id: team for team in mentioned} | {team.id: team for team in TEAMS}
    rows = [find_team(team.id) or team for _, team in sorted(teams.items())]
    columns = zip(
        *((row.id, row.abbreviation, row.name, row.conference, row.division) for row in rows), strict=True
    )
    await connection.execute(_INSERT_TEAMS, *map(list, columns))


async def insert_players(connection: Connection, mentioned: Iterable[PlayerRow]) -> None:
    """Insert the players mentioned, unless they are there."""
    known = await asyncio.to_thread(_known_players)  # the first time it imports a long list
    players = {player.id: known.get(player.id, player) for player in mentioned}
    if players:
        rows = [
            (row.id, row.full_name, fold_name(row.full_name), row.is_active)
            for _, row in sorted(players.items())
        ]
        await connection.execute(_INSERT_PLAYERS, *map(list, zip(*rows, strict=True)))
