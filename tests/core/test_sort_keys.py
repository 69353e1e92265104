import datetime as dt
from uuid import UUID

import pytest

from app.core.errors import Invalid
from app.core.paging import encode_cursor
from app.core.sort_keys import BY_NAME, BY_NAME_AND_UUID, DESCENDING, NEWEST_FIRST, SortKey, parse_day
from app.core.sort_keys import resume_behind as resume

ID = UUID("00000000-0000-7000-8000-000000000001")


def test_without_a_cursor_a_list_starts_before_its_first_row() -> None:
    assert resume(None, DESCENDING) == (2**63 - 1,)


def test_a_cursor_gives_the_parts_of_its_key_back() -> None:
    assert resume(encode_cursor(["games", str(ID)]), BY_NAME_AND_UUID) == ("games", ID)
    assert resume(encode_cursor(["2024-04-15"]), SortKey((parse_day,), (dt.date.max,))) == (
        dt.date(2024, 4, 15),
    )


@pytest.mark.parametrize(
    ("part", "key"),
    [(7, NEWEST_FIRST), ("x", NEWEST_FIRST), ("x", DESCENDING), (str(2**63), DESCENDING), (1.5, DESCENDING)],
)
def test_a_cursor_of_another_list_is_refused(part: str | float, key: SortKey) -> None:
    with pytest.raises(Invalid, match="cursor of another list"):
        resume(encode_cursor([part]), key)


def test_a_cursor_with_too_many_parts_is_refused() -> None:
    with pytest.raises(Invalid, match="not a cursor of this list"):
        resume(encode_cursor(["a", "b"]), BY_NAME)
