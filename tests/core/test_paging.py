import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.events import decode_event_cursor, encode_event_cursor
from app.core.paging import check_page_size, decode_cursor, encode_cursor, page_of

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
parts = texts | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(parts, max_size=4))
def test_a_sort_key_survives_its_cursor(key: list[str | int | float]) -> None:
    assert decode_cursor(encode_cursor(key), length=len(key)) == key


@given(st.text())
def test_any_text_is_a_cursor_or_refused_at_its_argument(text: str) -> None:
    refusal = None
    try:
        assert len(decode_cursor(text, length=2)) == 2
    except Invalid as error:
        refusal = error

    assert refusal is None or refusal.issues[0].path == ("after",)


@pytest.mark.parametrize(
    "inside", [b"", b"[", b"{}", b"5", b"[1]", b"[1, 2, 3]", b"[1, null]", b"[1, true]", b"[1, [2]]",
               b"[1, 9223372036854775808]", b'[1, "\\u0000"]', b"\xff"]
)  # fmt: skip
def test_a_forged_cursor_never_reaches_the_database(inside: bytes) -> None:
    with pytest.raises(Invalid, match="is not a cursor of this list"):
        decode_cursor(base64.urlsafe_b64encode(inside).decode(), length=2)


def numbers(rows: list[int], *, first: int, after: str | None) -> tuple[list[int], bool, str | None]:
    start = 0 if after is None else int(decode_cursor(after, length=1)[0])
    page = page_of(
        [row for row in rows if row > start][: first + 1], first=first, after=after, key=lambda row: [row]
    )
    assert page.page_info.has_previous_page == (after is not None)
    return [edge.node for edge in page.edges], page.page_info.has_next_page, page.page_info.end_cursor


@given(st.integers(0, 30), st.integers(1, 10))
def test_pages_together_hold_every_row_once(count: int, first: int) -> None:
    rows = list(range(1, count + 1))

    seen, more, cursor = numbers(rows, first=first, after=None)
    while more:
        page, more, cursor = numbers(rows, first=first, after=cursor)
        assert page
        seen += page

    assert seen == rows


def test_an_empty_page_has_no_cursors() -> None:
    page = page_of([], first=5, after=None, key=lambda row: [row])

    assert (page.edges, page.page_info.start_cursor, page.page_info.end_cursor) == ([], None, None)
    assert not page.page_info.has_next_page


@pytest.mark.parametrize("first", [-1, 0, 501, 2**70])
def test_a_page_size_out_of_bounds_is_refused_with_the_bounds(first: int) -> None:
    with pytest.raises(Invalid, match=r"ask for 1 to 500 rows") as refusal:
        check_page_size(first)
    assert refusal.value.issues[0].path == ("first",)


@pytest.mark.parametrize("first", [1, 500])
def test_the_bounds_themselves_are_allowed(first: int) -> None:
    check_page_size(first)


@given(st.integers(0, 2**63 - 1))
def test_an_event_cursor_can_be_taken_apart_again(sequence: int) -> None:
    assert decode_event_cursor(encode_event_cursor(sequence)) == sequence


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_is_an_event_cursor_or_refused_at_its_argument(text: str) -> None:
    refusal = None
    try:
        assert decode_event_cursor(text) >= 0
    except Invalid as error:
        refusal = error

    assert refusal is None or refusal.issues[0].path == ("after",)


@pytest.mark.parametrize("inside", ["e", "5", "e-1", "e1.5", "e 1", "x1", "e٣", "e" + "9" * 5_000])
def test_what_only_looks_like_an_event_cursor_is_refused(inside: str) -> None:
    with pytest.raises(Invalid, match="is not an event cursor"):
        decode_event_cursor(base64.urlsafe_b64encode(inside.encode()).decode())


def test_cursors_of_lists_and_of_events_are_not_taken_for_each_other() -> None:
    with pytest.raises(Invalid):
        decode_event_cursor(encode_cursor([1]))
    with pytest.raises(Invalid):
        decode_cursor(encode_event_cursor(1), length=1)
    assert orjson.loads(base64.urlsafe_b64decode(encode_cursor([1]) + "=")) == [1]
