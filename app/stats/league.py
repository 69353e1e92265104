"""What is known of the league before any file is read: its franchises, its divisions, its players' names.

Facts only, typed in or taken from the lists that nba_api carries; no file, no network, no database.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from app.stats.rows import PlayerRow, TeamRow

DIVISIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "East": ("Atlantic", "Central", "Southeast"),
    "West": ("Northwest", "Pacific", "Southwest"),
}
"""Conferences and their divisions, as they have stood since the season 2004-05."""

TEAMS: Final[tuple[TeamRow, ...]] = (
    TeamRow(1610612737, "ATL", "Atlanta Hawks", "East", "Southeast"),
    TeamRow(1610612738, "BOS", "Boston Celtics", "East", "Atlantic"),
    TeamRow(1610612739, "CLE", "Cleveland Cavaliers", "East", "Central"),
    TeamRow(1610612740, "NOP", "New Orleans Pelicans", "West", "Southwest"),
    TeamRow(1610612741, "CHI", "Chicago Bulls", "East", "Central"),
    TeamRow(1610612742, "DAL", "Dallas Mavericks", "West", "Southwest"),
    TeamRow(1610612743, "DEN", "Denver Nuggets", "West", "Northwest"),
    TeamRow(1610612744, "GSW", "Golden State Warriors", "West", "Pacific"),
    TeamRow(1610612745, "HOU", "Houston Rockets", "West", "Southwest"),
    TeamRow(1610612746, "LAC", "Los Angeles Clippers", "West", "Pacific"),
    TeamRow(1610612747, "LAL", "Los Angeles Lakers", "West", "Pacific"),
    TeamRow(1610612748, "MIA", "Miami Heat", "East", "Southeast"),
    TeamRow(1610612749, "MIL", "Milwaukee Bucks", "East", "Central"),
    TeamRow(1610612750, "MIN", "Minnesota Timberwolves", "West", "Northwest"),
    TeamRow(1610612751, "BKN", "Brooklyn Nets", "East", "Atlantic"),
    TeamRow(1610612752, "NYK", "New York Knicks", "East", "Atlantic"),
    TeamRow(1610612753, "ORL", "Orlando Magic", "East", "Southeast"),
    TeamRow(1610612754, "IND", "Indiana Pacers", "East", "Central"),
    TeamRow(1610612755, "PHI", "Philadelphia 76ers", "East", "Atlantic"),
    TeamRow(1610612756, "PHX", "Phoenix Suns", "West", "Pacific"),
    TeamRow(1610612757, "POR", "Portland Trail Blazers", "West", "Northwest"),
    TeamRow(1610612758, "SAC", "Sacramento Kings", "West", "Pacific"),
    TeamRow(1610612759, "SAS", "San Antonio Spurs", "West", "Southwest"),
    TeamRow(1610612760, "OKC", "Oklahoma City Thunder", "West", "Northwest"),
    TeamRow(1610612761, "TOR", "Toronto Raptors", "East", "Atlantic"),
    TeamRow(1610612762, "UTA", "Utah Jazz", "West", "Northwest"),
    TeamRow(1610612763, "MEM", "Memphis Grizzlies", "West", "Southwest"),
    TeamRow(1610612764, "WAS", "Washington Wizards", "East", "Southeast"),
    TeamRow(1610612765, "DET", "Detroit Pistons", "East", "Central"),
    TeamRow(1610612766, "CHA", "Charlotte Hornets", "East", "Southeast"),
)
"""The 30 franchises of today, in the order of their ids, under today's names."""

DEFUNCT_TEAMS: Final[tuple[TeamRow, ...]] = (
    TeamRow(1610610024, "BAL", "Baltimore Bullets"),
    TeamRow(1610610030, "INO", "Indianapolis Olympians"),
    TeamRow(1610610036, "WAS", "Washington Capitols"),
)
"""Franchises of the early 1950s that were dissolved; two of their abbreviations live on elsewhere."""

_BY_ID: Final[Mapping[int, TeamRow]] = {team.id: team for team in (*TEAMS, *DEFUNCT_TEAMS)}


def find_team(team_id: int) -> TeamRow | None:
    """Give the franchise with this id, of today or defunct, or None."""
    return _BY_ID.get(team_id)


@cache
def list_players() -> Sequence[PlayerRow]:
    """List every player known to the installed nba_api, in the order of their ids; needs no network."""
    from nba_api.stats.static import players  # noqa: PLC0415 - heavy: 0.13 s of literals, and few commands need names

    rows = (PlayerRow(each["id"], each["full_name"], each["is_active"]) for each in players.get_players())
    return tuple(sorted(rows, key=lambda player: player.id))


@cache
def _player_names() -> dict[int, str]:
    return {player.id: player.full_name for player in list_players()}


def find_player_name(player_id: int) -> str | None:
    """Give the full name of a player, diacritics included, or None if the installed nba_api has none."""
    return _player_names().get(player_id)
