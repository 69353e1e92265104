"""The contract as a whole: what is committed is served, all of it is described, nothing loads one by one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    find_breaking_changes,
)

from resolvers.nodes import LOADERS
from schema import contract
from schema.execution import Contract

COMMITTED = Path(contract.__file__).with_name("schema.graphql")
TRIVIAL = {"resolve", "begin_of"}
"""Resolvers of ours that only look at the row: see `derived`, `payload` and `global_id`."""


@pytest.fixture(scope="module")
def built() -> Contract:
    return contract.build_schema()


def own_types(built: Contract) -> list[GraphQLNamedType]:
    """Every type but those of introspection and the five scalars of GraphQL itself."""
    specified = {"Int", "Float", "String", "Boolean", "ID"}
    types = built._schema.type_map.values()
    return [each for each in types if not each.name.startswith("__") and each.name not in specified]


def fields_of(built: Contract) -> Iterator[tuple[str, str, GraphQLField]]:
    for each in own_types(built):
        if isinstance(each, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in each.fields.items():
                yield each.name, name, field


def test_the_committed_contract_is_the_one_that_is_served(built: Contract) -> None:
    committed = COMMITTED.read_text(encoding="utf-8")

    assert committed == built.as_str() + "\n", "write it anew: courtside schema > schema/schema.graphql"


def test_nothing_that_was_promised_is_taken_away(built: Contract) -> None:
    committed = build_schema(COMMITTED.read_text(encoding="utf-8"))

    broken = find_breaking_changes(committed, build_schema(built.as_str()))

    assert [change.description for change in broken] == []


def test_a_field_that_is_removed_would_be_found(built: Contract) -> None:
    whole, shorter = build_schema(built.as_str()), build_schema(built.as_str())
    side = shorter.type_map["TeamGame"]
    assert isinstance(side, GraphQLObjectType)
    del side.fields["isHome"]

    broken = find_breaking_changes(whole, shorter)

    assert [change.description for change in broken] == ["Field TeamGame.isHome was removed."]


def test_every_type_and_field_and_argument_is_described(built: Contract) -> None:
    bare: list[str] = []
    for each in own_types(built):
        if not each.description and each.name not in {"Query", "Mutation", "Subscription"}:
            bare.append(each.name)
        if isinstance(each, GraphQLEnumType):
            bare += [f"{each.name}.{name}" for name, value in each.values.items() if not value.description]
        if isinstance(each, GraphQLInputObjectType):
            bare += [f"{each.name}.{name}" for name, field in each.fields.items() if not field.description]
    for parent, name, field in fields_of(built):
        if not field.description:
            bare.append(f"{parent}.{name}")
        bare += [f"{parent}.{name}({key})" for key, given in field.args.items() if not given.description]

    assert bare == []


def test_no_field_under_a_parent_loads_for_one_parent_alone(built: Contract) -> None:
    alone: list[str] = []
    roots = {"Query", "Mutation", "Subscription"}
    for parent, name, field in fields_of(built):
        definition = field.extensions["strawberry-definition"]
        if parent in roots or "each" in definition.metadata or definition.base_resolver is None:
            continue
        resolver = definition.base_resolver.wrapped_func
        if definition.base_resolver.is_async or resolver.__name__ not in TRIVIAL or field.args:
            alone.append(f"{parent}.{name}")

    assert alone == []


def test_every_root_asks_for_a_scope(built: Contract) -> None:
    roots = {"Query", "Mutation", "Subscription"}
    open_to_all = [
        f"{parent}.{name}"
        for parent, name, field in fields_of(built)
        if parent in roots and field.extensions["strawberry-definition"].metadata["terms"].requires is None
    ]

    assert open_to_all == []


def test_every_page_costs_by_its_length(built: Contract) -> None:
    cheap = [
        f"{parent}.{name}"
        for parent, name, field in fields_of(built)
        if "first" in field.args
        and "first" not in field.extensions["strawberry-definition"].metadata["terms"].multipliers
    ]

    assert cheap == []


def test_whatever_has_an_id_is_found_by_it(built: Contract) -> None:
    node = built._schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)

    assert {each.name for each in built._schema.get_possible_types(node)} == set(LOADERS)
