"""The templates that can be trained, and what may be set on each: a wish becomes a plan, or issues."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final, Self

from app.core.errors import Invalid, Issue, NotFound
from app.stats.season import parse_season, season_label
from app.training.win_probability_params import KNOWN_PARAMETER, WinProbabilityParams, parse_params

WIN_PROBABILITY: Final = "win-probability"
TEMPLATES: Final = (WIN_PROBABILITY,)
TEST_SEASON: Final = "test_season"


@dataclass(frozen=True, slots=True)
class ParamWish:
    """A parameter as a client sends it."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be trained: `test_season` is the start year to measure on, None for the last full one."""

    params: WinProbabilityParams
    test_season: int | None

    def shown(self) -> dict[str, str]:
        """Give every parameter, chosen or default, as text."""
        shown = {name: _shown(value) for name, value in asdict(self.params).items()}
        season = {} if self.test_season is None else {TEST_SEASON: season_label(self.test_season)}
        return {**shown, **season}

    @classmethod
    def restored(cls, shown: Mapping[str, str]) -> Self:
        """Build the plan from what `shown` gave."""
        season = shown.get(TEST_SEASON)
        own = {name: text for name, text in shown.items() if name != TEST_SEASON}
        return cls(parse_params(own), None if season is None else parse_season(season))


def make_plan(template: str, wishes: Sequence[ParamWish]) -> Plan:
    """Read what is to be trained; raise `NotFound` or `Invalid`, with an issue for each fault."""
    if template not in TEMPLATES:
        known = ", ".join(TEMPLATES)
        message = f"No template is named “{template[:80]}”; there are: {known}."
        raise NotFound(message, missing_id=template, path=["template"])
    places = {wish.key: place for place, wish in enumerate(wishes)}
    issues = [_twice(place, wish) for place, wish in enumerate(wishes) if places[wish.key] != place]
    try:
        plan = Plan.restored({wish.key: wish.value for wish in wishes})
    except Invalid as error:
        issues += [_placed(issue, places) for issue in error.issues] or [_season_issue(error, places)]
    if not issues:
        return plan
    raise Invalid("; ".join(issue.message for issue in issues), issues=issues)


def in_season(plan: Plan, start_year: int) -> Plan:
    """Give the plan with its test season settled."""
    return replace(plan, test_season=start_year)


def _shown(value: object) -> str:
    return "none" if value is None else str(value)


def _twice(place: int, wish: ParamWish) -> Issue:
    return Issue(
        ("params", str(place), "key"), "given_once", f"“{wish.key[:80]}” is given twice: give it once."
    )


def _placed(issue: Issue, places: Mapping[str, int]) -> Issue:
    name = issue.path[0]
    part = "key" if issue.rule == KNOWN_PARAMETER else "value"
    return Issue(("params", str(places.get(name, 0)), part), issue.rule, issue.message)


def _season_issue(error: Invalid, places: Mapping[str, int]) -> Issue:
    return Issue(("params", str(places.get(TEST_SEASON, 0)), "value"), "season", error.message)
