"""The committed explorer: whole, made of the sources beside it, and in need of no other host."""

import json
import re
from pathlib import Path

import pytest
from graphql import FieldNode, OperationDefinitionNode, build_schema, parse, validate

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "console" / "graphiql"
EXAMPLES = sorted((CONSOLE / "src" / "examples").glob("*.graphql"))
BUILD = ROOT / "app" / "main" / "static" / "graphiql"
CODE = sorted(path for path in BUILD.rglob("*") if path.suffix in {".html", ".js", ".css", ".svg"})

# Links that a person may follow are allowed; what a browser would load by itself is not.
REMOTE = r"""(?:(?:https?|wss?):)?//[\w-]+(?:\.[\w-]+)+"""
LOADS = re.compile(
    rf"""\b(?:src|srcset|action)\s*=\s*["']?{REMOTE}"""
    rf"""|<link\b[^>]*{REMOTE}"""
    rf"""|(?:url\(|@import)\s*["']?{REMOTE}"""
    rf"""|\b(?:import|fetch|importScripts|Worker|WebSocket|EventSource|sendBeacon)\s*\(?\s*["'`]{REMOTE}"""
    rf"""|\bfrom\s*["'`]{REMOTE}"""
)
DELIVERY_NETWORKS = re.compile(r"unpkg\.com|jsdelivr|esm\.sh|cdnjs|googleapis|gstatic|skypack|typekit")


def referred_files(path: Path) -> list[Path]:
    """List the build's own files that a page, script or style sheet names by a relative address."""
    text = path.read_text()
    names = re.findall(r"""["'`(](\.{1,2}/[\w./-]+\.(?:js|css|ttf|svg))["'`)]""", text)
    return [(path.parent / name).resolve() for name in names]


def bundled_text() -> str:
    return "\n".join(path.read_text() for path in CODE if path.suffix == ".js").replace(r"\`", "`")


def test_page_is_called_courtside_and_asks_the_api_beside_it() -> None:
    page = (BUILD / "index.html").read_text()

    assert "<title>Courtside</title>" in page
    assert '<meta name="graphql-endpoint" content="../graphql" />' in page


def test_page_has_no_script_or_style_that_a_strict_policy_would_refuse() -> None:
    page = (BUILD / "index.html").read_text()

    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", page, flags=re.DOTALL)

    assert scripts
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)
    assert not re.search(r"<style|\son\w+=|javascript:", page)


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_every_file_named_by_a_built_file_exists(path: Path) -> None:
    missing = [file for file in referred_files(path) if not file.is_file()]

    assert missing == []


def test_page_names_its_script_and_its_style_sheet() -> None:
    suffixes = {file.suffix for file in referred_files(BUILD / "index.html")}

    assert {".js", ".css", ".svg"} <= suffixes


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_built_file_loads_nothing_from_another_host(path: Path) -> None:
    text = path.read_text()

    assert LOADS.findall(text) == []
    assert DELIVERY_NETWORKS.findall(text) == []


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://other.example/a.js">',
        '<link rel="stylesheet" href="//other.example/a.css">',
        "@font-face{src:url(https://other.example/a.ttf)}",
        '@import "https://other.example/a.css"',
        'import("https://other.example/a.js")',
        'import{a}from"https://other.example/a.js"',
        "new Worker(`https://other.example/a.js`)",
        "fetch('https://other.example/a')",
    ],
)
def test_a_load_from_another_host_would_be_found(text: str) -> None:
    assert LOADS.search(text)


def test_licences_of_the_bundled_libraries_are_served_with_them() -> None:
    licences = (BUILD / "licenses.md").read_text()

    assert all(
        f"## {name} - " in licences for name in ("graphiql", "monaco-editor", "react-dom", "graphql-ws")
    )


@pytest.mark.parametrize(
    "root",
    [
        ("query", "season"),
        ("query", "team"),
        ("query", "game"),
        ("mutation", "replayGame"),
        ("mutation", "launchTraining"),
        ("mutation", "predict"),
        ("query", "registeredModel"),
        ("query", "lineage"),
        ("subscription", "trainingRun"),
        ("subscription", "servingMetrics"),
        ("subscription", "game"),
    ],
    ids=".".join,
)
def test_each_part_of_the_story_has_an_example(root: tuple[str, str]) -> None:
    documents = [parse(path.read_text()) for path in EXAMPLES]

    operations = [node for document in documents for node in document.definitions]
    roots = {
        (node.operation.value, field.name.value)
        for node in operations
        if isinstance(node, OperationDefinitionNode)
        for field in node.selection_set.selections
        if isinstance(field, FieldNode)
    }

    assert root in roots


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_explains_itself_and_is_part_of_the_build(path: Path) -> None:
    text = path.read_text()

    assert text.startswith("# ")
    assert text in bundled_text(), "rebuild the explorer: console/graphiql/vite.config.ts says how"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_fits_the_schema(path: Path) -> None:
    schema = build_schema((ROOT / "schema" / "schema.graphql").read_text())

    problems = validate(schema, parse(path.read_text()))

    assert [problem.message for problem in problems] == []


def test_console_sources_pin_every_version_and_name_no_package_host() -> None:
    lock = json.loads((CONSOLE / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert all(
        package["version"] and package["integrity"].startswith("sha512-") for package in packages.values()
    )
    assert not any("resolved" in package for package in packages.values())
