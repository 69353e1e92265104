"""Play-by-play of either version: events in the order of the file, with the score carried through them.

The number of the league (EVENTNUM) is not in the order of play; ours counts through each game. A refused
event keeps its number, so that a gap shows where one was refused.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.core.errors import Invalid
from app.stats.formats.cells import parse_count, require
from app.stats.formats.rules import RejectedRow, RepeatedRow, Rule, RuleBroken, Seen, SourceRow, reject
from app.stats.minutes import OVERTIME_MINUTES, parse_clock
from app.stats.rows import PlayKind, PlayRow
from app.stats.season import normalise_game_id

_QUARTERS: Final = 4
_QUARTER_SECONDS: Final = 12 * 60
_OVERTIME_SECONDS: Final = OVERTIME_MINUTES * 60
_MOST_PERIODS: Final = 14
_FIRST_TEAM_ID: Final = 1_610_000_000


@dataclass(frozen=True, slots=True)
class Score:
    """Points of both sides."""

    home: int
    away: int


@dataclass(frozen=True, slots=True)
class Event:
    """One event as its row tells it; `score` is None where the row names none."""

    game_id: str
    period: int
    seconds_left: float
    kind: PlayKind
    description: str
    score: Score | None
    team_id: int | None
    player_id: int | None


@dataclass(frozen=True, slots=True)
class PlayEntry:
    """One play of a game."""

    source: SourceRow
    play: PlayRow


@dataclass(frozen=True, slots=True)
class EventReader:
    """How the rows of one version are read; `key` tells two events of a file apart."""

    key: Callable[[Sequence[str]], tuple[str, ...]]
    read: Callable[[Sequence[str]], Event]


@dataclass(slots=True)
class _Course:
    """How far a game has come."""

    number: int = 0
    score: Score = field(default_factory=lambda: Score(0, 0))


def read_plays(
    rows: Iterable[SourceRow], reader: EventReader
) -> Iterator[PlayEntry | RejectedRow | RepeatedRow]:
    """Give for each row its play, or why it is refused, or that it repeats an earlier one."""
    courses: defaultdict[str, _Course] = defaultdict(_Course)
    seen = Seen[tuple[str, ...], Sequence[str]]()
    for source in rows:
        try:
            source.check_cell_count()
            if judged := seen.judge(source, reader.key(source.cells), source.cells):
                yield judged
                continue
            event = reader.read(source.cells)
            yield PlayEntry(source, _play_on(courses[event.game_id], event))
        except RuleBroken as broken:
            yield reject(source, broken.rule, broken.detail)


def _play_on(course: _Course, event: Event) -> PlayRow:
    course.number += 1
    if event.score is not None:
        if event.score.home < course.score.home or event.score.away < course.score.away:
            raise RuleBroken(
                Rule.SCORE_DECREASES,
                f"the score is {event.score.home} to {event.score.away} (home first) after "
                f"{course.score.home} to {course.score.away}: points are never lost",
            )
        course.score = event.score
    return PlayRow(
        game_id=event.game_id,
        number=course.number,
        period=event.period,
        seconds_left=event.seconds_left,
        kind=event.kind,
        description=event.description,
        home_score=course.score.home,
        away_score=course.score.away,
        team_id=event.team_id,
        player_id=event.player_id,
    )


def read_game_id(cell: str, column: str) -> str:
    """Give the ten digits of a game id, or raise RuleBroken."""
    try:
        return normalise_game_id(require(cell, column))
    except Invalid as error:
        raise RuleBroken(Rule.GAME_ID_MALFORMED, error.message) from error


def read_clock(period_cell: str, clock_cell: str) -> tuple[int, float]:
    """Give the period (5 is the first overtime) and the seconds left in it, or raise RuleBroken."""
    period = parse_count(require(period_cell, "period"), "period")
    if period is None or not 1 <= period <= _MOST_PERIODS:
        raise RuleBroken(
            Rule.CLOCK_MALFORMED, f"period is {period_cell!r}; 1 to {_MOST_PERIODS} was expected"
        )
    try:
        seconds_left = parse_clock(require(clock_cell, "clock"))
    except Invalid as error:
        raise RuleBroken(Rule.CLOCK_MALFORMED, error.message) from error
    if seconds_left > (_QUARTER_SECONDS if period <= _QUARTERS else _OVERTIME_SECONDS):
        raise RuleBroken(Rule.CLOCK_MALFORMED, f"{clock_cell} is more than period {period} lasts")
    return period, seconds_left


def read_actor(team_cell: str, person_cell: str) -> tuple[int | None, int | None]:
    """Give team and player of an event; 0 is nobody, and a team's own deed names the team as its person."""
    team_id = parse_count(team_cell, "team") or None
    person_id = parse_count(person_cell, "person") or None
    if person_id is not None and person_id >= _FIRST_TEAM_ID:
        return team_id or person_id, None
    return team_id, person_id
