import base64
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.ids import GlobalId, decode_global_id, encode_global_id, key_of, new_id, uuid_of

keys = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)
type_names = st.from_regex(r"[A-Z][A-Za-z]{0,20}", fullmatch=True)


def test_a_new_id_is_a_uuid_of_version_7_that_starts_with_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000

    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= after


def test_new_ids_differ_even_within_a_millisecond() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


@given(type_names, keys)
def test_a_global_id_can_be_taken_apart_again(type_name: str, key: str) -> None:
    global_id = encode_global_id(type_name, key)

    assert decode_global_id(global_id) == GlobalId(type_name, key)
    assert key_of(global_id, type_name) == key
    assert key_of(global_id, type_name + "X") is None


@given(st.text())
def test_any_text_is_an_id_or_refused_with_a_sentence(text: str) -> None:
    refusal = None
    try:
        assert all(decode_global_id(text))
    except Invalid as error:
        refusal = error

    assert refusal is None or "is not an id of this API" in refusal.message


@pytest.mark.parametrize("inside", ["", "Team", ":5", "Team:", "Team:\x00", "Team:a\x00b"])
def test_what_only_looks_like_an_id_is_refused(inside: str) -> None:
    with pytest.raises(Invalid):
        decode_global_id(base64.urlsafe_b64encode(inside.encode()).decode())


def test_a_uuid_is_found_only_where_one_is() -> None:
    key = new_id()

    assert uuid_of(encode_global_id("Run", key), "Run") == key
    assert uuid_of(encode_global_id("Run", key), "Team") is None
    assert uuid_of(encode_global_id("Run", "5"), "Run") is None
    assert uuid_of("???", "Run") is None
