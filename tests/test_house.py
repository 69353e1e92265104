"""The rules of the house, checked on the syntax trees: which room may import which, and how."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
FLOORS = ("app", "resolvers", "schema")
DOMAINS = (
    "core", "governance", "stats", "datasets", "features", "training", "registry", "serving", "explanations",
    "monitoring", "lineage",
)  # fmt: skip
ROOFS = ("main", "worker", "cli")
HEAVY = {"mlflow", "sklearn", "skops", "matplotlib", "nba_api", "pandas"}
GRAPHQL = {"strawberry", "graphql"}
MODULES = sorted(path for floor in FLOORS for path in (PROJECT / floor).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {module_name(path): path for path in MODULES}


def imported(node: ast.AST) -> list[str]:
    """Every module that an import statement names, members of packages among them."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        members = [f"{node.module}.{alias.name}" for alias in node.names]
        return [member if member in NAMES else node.module for member in members]
    return []


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports_of(path: Path) -> set[str]:
    """Everything that is really imported; a lazy type of the contract names its module in a string."""
    tree = tree_of(path)
    tree.body = [node for node in tree.body if not is_for_types_only(node)]
    return {name for node in ast.walk(tree) for name in imported(node)}


def deferred_imports(path: Path) -> Iterator[ast.Import | ast.ImportFrom]:
    for function in ast.walk(tree_of(path)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield node


def domain_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "app" and len(parts) > 1 else None


def is_allowed(importer: str, target: str) -> bool:
    """Whether one module of ours may import another."""
    floor, target_floor = importer.split(".", maxsplit=1)[0], target.split(".", maxsplit=1)[0]
    own, other = domain_of(importer), domain_of(target)
    if own in ROOFS:
        return other not in ROOFS or own in {other, "cli"}  # the command line starts the other roofs
    if other in ROOFS or FLOORS.index(target_floor) > FLOORS.index(floor):
        return False
    if own is None or other is None:
        return True
    return DOMAINS.index(other) <= DOMAINS.index(own)


def test_imports_run_one_way() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, path in NAMES.items()
        for target in imports_of(path)
        if target.split(".")[0] in FLOORS and not is_allowed(name, target)
    ]

    assert wrong == []


def test_every_room_has_its_place_in_the_order() -> None:
    found = {domain_of(name) for name in NAMES} - {None}

    assert found <= {*DOMAINS, *ROOFS}


def test_there_are_no_import_circles() -> None:
    graph = {name: imports_of(path) & NAMES.keys() - {name} for name, path in NAMES.items()}

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(f"these import each other: {' -> '.join(circle.args[1])}")


def test_the_business_knows_nothing_of_graphql() -> None:
    wrong = [
        name
        for name, path in NAMES.items()
        if name.startswith("app.") and domain_of(name) not in {"main", "cli"}
        if {target.split(".")[0] for target in imports_of(path)} & GRAPHQL
    ]

    assert wrong == []


def test_resolvers_know_nothing_of_graphql_or_schema() -> None:
    forbidden = {"schema", *GRAPHQL}
    wrong = [
        name
        for name, path in NAMES.items()
        if name.startswith("resolvers") and {target.split(".")[0] for target in imports_of(path)} & forbidden
    ]

    assert wrong == []


def test_only_heavy_libraries_are_imported_late_each_with_its_reason() -> None:
    wrong = []
    for name, path in NAMES.items():
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in deferred_imports(path):
            heavy = {target.split(".")[0] for target in imported(node)} <= HEAVY
            heavy |= name.startswith("app.cli")  # `courtside --help` must not wait for the server's imports
            statement = " ".join(lines[node.lineno - 1 : node.end_lineno])
            if not heavy or "PLC0415 - " not in statement:
                wrong.append(f"{name}:{node.lineno}: {lines[node.lineno - 1].strip()}")

    assert wrong == []


def test_type_checking_blocks_stand_in_the_contract_only() -> None:
    wrong = [
        name
        for name, path in NAMES.items()
        if not name.startswith("schema")
        if any(isinstance(node, ast.Name) and node.id == "TYPE_CHECKING" for node in ast.walk(tree_of(path)))
    ]

    assert wrong == []


def kind_of_event(event: ast.ClassDef) -> object:
    """The words that the log keeps for it, None where the class states none."""
    for statement in event.body:
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == "kind":
            return ast.literal_eval(statement.value) if statement.value else None
    return None


def test_every_event_is_logged_under_the_name_of_its_class() -> None:
    classes = [node for path in MODULES for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)]
    events = [each for each in classes if "Event" in {ast.unparse(base) for base in each.bases}]

    wrong = [each.name for each in events if kind_of_event(each) != each.name]

    assert wrong == []
    assert len(events) >= 10


def test_the_folder_of_migrations_is_no_package() -> None:
    assert not (PROJECT / "alembic" / "__init__.py").exists()
