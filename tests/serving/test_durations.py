import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.serving.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT15M", dt.timedelta(minutes=15)),
        ("PT0S", dt.timedelta()),
        ("P1DT12H", dt.timedelta(hours=36)),
        ("PT0.5S", dt.timedelta(milliseconds=500)),
        ("P366D", dt.timedelta(days=366)),
    ],
)
def test_a_duration_is_read(text: str, expected: dt.timedelta) -> None:
    assert parse_duration(text, field="last") == expected


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "1H", "PT1", "P1M", "P1Y", "-PT1H", "PT1H ", "P367D", "PT١M"]
)
def test_what_is_no_duration_or_too_long_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(Invalid, match="`last` is") as refused:
        parse_duration(text, field="last")

    assert refused.value.path == ("last",)


@given(days=st.integers(0, 300), seconds=st.integers(0, 10**6))
def test_days_and_seconds_add_up(days: int, seconds: int) -> None:
    assert parse_duration(f"P{days}DT{seconds}S", field="last") == dt.timedelta(days=days, seconds=seconds)


@given(text=st.text(alphabet="PTDHMS0123456789.", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert parse_duration(text, field="last") >= dt.timedelta()
    except Invalid as refused:
        assert refused.issues  # noqa: PT017 - most are refused, none may fail otherwise
