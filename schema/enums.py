"""Showing closed sets of the floors below as GraphQL enums, every value with its meaning."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry

M = TypeVar("M", bound=Enum)


def show_enum(
    shown: type[M], description: str, meanings: Mapping[M, str], *, name: str | None = None
) -> None:
    """Let GraphQL show an enum as it is; every member must have its meaning.

    Raises
    ------
    KeyError
        If a member has no meaning.
    """
    strawberry.enum(shown, name=name, description=description)
    definition = shown.__strawberry_definition__  # type: ignore[attr-defined]  # strawberry.enum has just set it
    for value in definition.values:
        value.description = meanings[shown(value.value)]
