"""Every document that a command sends is one that the contract answers."""

from importlib import import_module

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from schema.contract import build_schema as build_contract

MODULES = ("ending", "predict", "report", "story")
DOCUMENTS = {
    f"{module}.{name}": text.format(season="2023-24", game="R2FtZTox") if "{{" in text else text
    for module in MODULES
    for name, text in vars(import_module(f"app.cli.{module}")).items()
    if isinstance(text, str) and name.isupper() and "{" in text
}


@pytest.fixture(scope="module")
def contract() -> GraphQLSchema:
    return build_schema(build_contract().as_str())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_valid(contract: GraphQLSchema, name: str) -> None:
    assert validate(contract, parse(DOCUMENTS[name])) == []
