"""Operations that were seen before."""

from unittest.mock import patch

import strawberry
from graphql import parse

from schema.documents import LONGEST_KNOWN_TEXT, Library, Reading


@strawberry.type
class Query:
    number: int = 7


def made(library: Library) -> strawberry.Schema:
    return strawberry.Schema(Query, extensions=[lambda: Reading(library)])


async def test_a_repeated_operation_is_neither_parsed_nor_validated_again() -> None:
    schema = made(Library())
    first = await schema.execute("{ number }", root_value=Query())

    with (
        patch("strawberry.schema.schema.parse", side_effect=AssertionError),
        patch("strawberry.schema.schema.validate_document", side_effect=AssertionError),
    ):
        again = await schema.execute("{ number }", root_value=Query())

    assert first.data == again.data == {"number": 7}


async def test_an_operation_that_does_not_fit_is_refused_each_time() -> None:
    schema = made(Library())

    refused = [await schema.execute("{ nonsense }") for _ in range(3)]

    assert all(result.errors and "nonsense" in result.errors[0].message for result in refused)


def test_the_document_seen_longest_ago_makes_room() -> None:
    library = Library(capacity=2)
    for text in ("{ a }", "{ b }"):
        library.keep(text, parse(text))

    library.find("{ a }")
    library.keep("{ c }", parse("{ c }"))

    assert [library.find(text) is not None for text in ("{ a }", "{ b }", "{ c }")] == [True, False, True]


def test_a_very_long_text_is_not_kept() -> None:
    library = Library()
    text = "{ a }" + " " * LONGEST_KNOWN_TEXT

    library.keep(text, parse(text))

    assert library.find(text) is None
