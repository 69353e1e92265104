"""What a caller may set on the template "win-probability": names, types, ranges, defaults, in one place.

Text comes in as clients send it and leaves as typed values, or as one issue for each broken rule.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.core.errors import Invalid, Issue

NO_HALF_LIFE: Final = "none"
KNOWN_PARAMETER: Final = "known_parameter"
"""The rule that a parameter's name breaks; all others are about its value."""


@dataclass(frozen=True, slots=True)
class ParamRange:
    """What a parameter means and the values it may take, both ends included."""

    name: str
    description: str
    lowest: float
    highest: float
    is_whole: bool
    may_be_none: bool = False


PARAM_RANGES: Final[tuple[ParamRange, ...]] = (
    ParamRange(
        "c", "Inverse strength of the L2 penalty; higher trusts the data more.", 1e-4, 1e3, is_whole=False
    ),
    ParamRange("max_iter", "Steps that the solver may take.", 10, 10_000, is_whole=True),
    ParamRange("first_season", "Start year of the first season to learn from.", 1946, 2045, is_whole=True),
    ParamRange(
        "half_life_seasons",
        'Seasons after which a game counts half; "none" counts all alike.',
        0.25,
        100.0,
        is_whole=False,
        may_be_none=True,
    ),
)


@dataclass(frozen=True, slots=True)
class WinProbabilityParams:
    """The template's parameters; raises Invalid, with an issue for each value that is out of range.

    The defaults scored best over the seasons 2012-13 to 2022-23, each predicted from earlier ones.
    """

    c: float = 0.1
    max_iter: int = 500
    first_season: int = 1999
    half_life_seasons: float | None = None

    def __post_init__(self) -> None:
        issues = [issue for one in PARAM_RANGES if (issue := _range_issue(one, getattr(self, one.name)))]
        if issues:
            raise Invalid("; ".join(issue.message for issue in issues), issues=issues)


def parse_params(given: Mapping[str, str]) -> WinProbabilityParams:
    """Read parameters from text; those not given keep their defaults.

    Raises
    ------
    Invalid
        With an issue, at the path of its key, for each unknown name and each value that is not of its type
        or range.

    Examples
    --------
    >>> parse_params({"c": "0.5", "half_life_seasons": "none"})
    WinProbabilityParams(c=0.5, max_iter=500, first_season=1999, half_life_seasons=None)
    """
    ranges = {one.name: one for one in PARAM_RANGES}
    issues: list[Issue] = []
    values: dict[str, float | int | None] = {}
    for name, text in given.items():
        try:
            values[name] = _parse_value(ranges[name], text)
        except KeyError:
            known = ", ".join(ranges)
            issues.append(Issue((name,), KNOWN_PARAMETER, f'no parameter "{name}"; there are: {known}'))
        except ValueError:
            kind = "a whole number" if ranges[name].is_whole else "a number"
            issues.append(Issue((name,), "type", f'{name} = "{text}" was asked for; it must be {kind}'))
        else:
            issue = _range_issue(ranges[name], values[name])
            issues.extend([] if issue is None else [issue])
    if issues:
        raise Invalid("; ".join(issue.message for issue in issues), issues=issues)
    return _filled(values)


def _filled(values: Mapping[str, float | int | None]) -> WinProbabilityParams:
    build: Callable[..., WinProbabilityParams] = WinProbabilityParams
    return build(**values)


def _parse_value(one: ParamRange, text: str) -> float | int | None:
    if one.may_be_none and text.strip().lower() == NO_HALF_LIFE:
        return None
    return int(text) if one.is_whole else float(text)


def _range_issue(one: ParamRange, value: float | None) -> Issue | None:
    if value is None and one.may_be_none:
        return None
    if value is not None and math.isfinite(value) and one.lowest <= value <= one.highest:
        return None
    message = f"{one.name} = {value} was asked for; it must lie in {one.lowest:g} to {one.highest:g}"
    return Issue((one.name,), "range", message)
