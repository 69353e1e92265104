"""Games from player lines alone: for seasons of which no team rows are at hand.

A side's counts are the sums of its players' (that is exact for all but turnovers, of which a team has some
of its own). A side whose players do not fill five positions for the length of a game is incomplete: refused.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, replace
from typing import Final

from app.stats.formats.appearances import Appearance
from app.stats.formats.assembling import AssembledGame, assemble_games
from app.stats.formats.player_lines import PlayerEntry
from app.stats.formats.rules import RejectedRow, Rule, reject
from app.stats.formats.team_lines import TeamSide
from app.stats.minutes import team_seconds
from app.stats.rows import BoxScore

_SECONDS_PER_MINUTE: Final = 60


def games_from_player_lines(entries: Iterable[PlayerEntry]) -> Iterator[AssembledGame | RejectedRow]:
    """Give the games that a file of player lines tells of, or why a side's lines do not make one.

    A refusal is about the sum, at the row of the side's first player; the lines themselves stay good.
    """
    sides: list[TeamSide] = []
    for members in _by_side(entries).values():
        side = _sum(members)
        if side.box.seconds is None:
            yield _refuse(members)
        else:
            sides.append(side)
    yield from assemble_games(sides)


def _by_side(entries: Iterable[PlayerEntry]) -> dict[Appearance, list[PlayerEntry]]:
    sides: defaultdict[Appearance, list[PlayerEntry]] = defaultdict(list)
    for entry in entries:
        sides[entry.appearance].append(entry)
    return sides


def _sum(members: Sequence[PlayerEntry]) -> TeamSide:
    columns = zip(*(astuple(member.line.box) for member in members), strict=True)
    sums = [None if None in column else sum(column) for column in columns]
    box = BoxScore(*sums)
    minutes = None if box.seconds is None else box.seconds / _SECONDS_PER_MINUTE
    box = replace(box, seconds=None if minutes is None else team_seconds(minutes))
    return TeamSide(members[0].source, members[0].appearance, box)


def _refuse(members: Sequence[PlayerEntry]) -> RejectedRow:
    team, facts = members[0].appearance.team, members[0].appearance.facts
    seconds = [member.line.box.seconds for member in members]
    told = "unknown" if None in seconds else f"{sum(filter(None, seconds)) / _SECONDS_PER_MINUTE:.0f}"
    return reject(
        members[0].source,
        Rule.LINES_INCOMPLETE,
        f"the {len(members)} lines of {team.abbreviation} in game {facts.game_id} make {told} minutes; "
        "five positions make 240 and 25 more for each overtime",
    )
