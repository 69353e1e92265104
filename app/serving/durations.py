"""Spans of time as ISO 8601 writes them: PT15M, PT1H, P1DT12H.

Months and years are refused: their length varies.
"""

import datetime as dt
import re
from typing import Final

from app.core.errors import Invalid, Issue

LONGEST: Final = dt.timedelta(days=366)

_FORM: Final = re.compile(
    r"P(?=.)(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)


def parse_duration(text: str, *, field: str) -> dt.timedelta:
    """Read a duration of up to 366 days; raise `Invalid`, naming the input `field`, for any other text.

    Examples
    --------
    >>> parse_duration("PT1H30M", field="keepOldFor")
    datetime.timedelta(seconds=5400)
    >>> parse_duration("1 hour", field="keepOldFor")
    Traceback (most recent call last):
        ...
    app.core.errors.Invalid: `keepOldFor` is “1 hour”: write an ISO 8601 duration of up to 366 days...
    """
    match = _FORM.fullmatch(text)
    parts = (
        {} if match is None else {unit: float(count) for unit, count in match.groupdict().items() if count}
    )
    found = dt.timedelta(**parts) if parts else None
    if found is None or found > LONGEST:
        message = (
            f"`{field}` is “{text[:40]}”: write an ISO 8601 duration of up to {LONGEST.days} days in days, "
            "hours, minutes and seconds, for example PT15M or P1DT12H."
        )
        raise Invalid(message, issues=[Issue((field,), "duration", message)], path=[field])
    return found
