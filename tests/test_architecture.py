from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "features": set(),
    "models": {"features"},
    "training": {"features", "models"},
    "serving": {"features", "models"},
    "synthetic_data": {"features"},
}
DOORS = {
    "mlflow": {
        "training/tracking/registry.py",
        "training/tracking/signature.py",
        "serving/registry/mlflow_registry.py",
    },
    "authlib": {"serving/auth/oidc.py"},
    "joserfc": {"serving/auth/oidc.py"},
    "requests": {"serving/auth/oidc.py"},
    "shap": {"training/report/plots.py"},
    "lightgbm": {"training/fit/trees.py", "training/fit/trees_on_cluster.py"},
    "dask": {"features/cluster.py"},
    "distributed": {"features/cluster.py"},
}


LAYERS = (
    "statistics", "labels", "sampling", "evaluation", "fit", "prior", "fairness", "report", "tracking", "experiments", "gate", "drift", "papers",
)  # fmt: skip
"""The rooms of training, each of which knows those before it; files beside the rooms put all of them together."""


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def targets(path: Path) -> Iterator[str]:
    """Every module that a file imports, names taken from packages included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{name.name}" for name in node.names]
            modules = [name for name in inner if (ROOT / name.replace(".", "/")).with_suffix(".py").exists()]
            yield from modules
            if len(modules) < len(inner):
                yield node.module


def files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    for path in files(room):
        used = {name.split(".")[0] for name in imports(path)} & set(ALLOWED) - {room}
        assert used <= ALLOWED[room], path


def test_a_room_of_training_knows_only_those_before_it() -> None:
    rooms = {path.parent.name for path in (ROOT / "training").glob("*/__init__.py")}
    assert rooms == set(LAYERS)
    for at, room in enumerate(LAYERS):
        for path in files(f"training/{room}"):
            known = {name.split(".")[1] for name in imports(path) if name.startswith("training.")}
            assert known <= set(LAYERS[: at + 1]), path


def test_the_world_knows_only_the_tables() -> None:
    for path in files("synthetic_data"):
        for name in imports(path):
            allowed = name.startswith(("features.tables", "features.arrays")) or path.name == "commands.py"
            assert not name.startswith("features") or allowed, path


@pytest.mark.parametrize("library", DOORS)
def test_a_heavy_library_enters_by_one_door(library: str) -> None:
    users = {
        str(path.relative_to(ROOT))
        for room in ALLOWED
        for path in files(room)
        if library in {name.split(".")[0] for name in imports(path)}
    }
    assert users == DOORS[library]


def test_fastapi_is_only_in_serving() -> None:
    for room in set(ALLOWED) - {"serving"}:
        for path in files(room):
            assert "fastapi" not in {name.split(".")[0] for name in imports(path)}


def test_no_import_goes_round() -> None:
    """Counts every import, also those within functions and for types only."""
    modules = {module_name(path): path for room in ALLOWED for path in files(room)}
    known = {name: {target for target in targets(path) if target in modules} - {name} for name, path in modules.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for target in sorted(known[name]):
                visit(target, (*trail, name))
            done.add(name)

    for name in sorted(modules):
        visit(name, ())


def test_sql_stands_only_in_stores() -> None:
    statement = re.compile(r"^\s*(select|insert into|update|delete from|create|alter|with)\s", re.IGNORECASE)
    for room in ALLOWED:
        for path in files(room):
            if "store" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "text" and node.args:
                    given = node.args[0]
                    assert not (isinstance(given, ast.Constant) and statement.match(str(given.value))), path


def test_every_module_has_its_test() -> None:
    covered = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        lead = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("Covers:")[2]
        room = path.parent.relative_to(ROOT / "tests")
        named = {word.strip(" .,;\n") for word in re.split(r"[,\s]+", lead)}
        covered |= named | {f"{top}.{word}" for top in room.parts[:1] for word in named if word}
        covered.add(".".join((*room.parts, path.stem.removeprefix("test_"))))
    missing = [
        name
        for room in ALLOWED
        for path in files(room)
        if path.name != "__init__.py" and "migrations" not in path.parts
        for name in [module_name(path)]
        if not any(name == one or name.startswith(f"{one}.") for one in covered)
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("column", ["nationality", "former_nationality", "sex", "post", "embarked_at"])
def test_no_fact_or_feature_names_an_audit_column(column: str) -> None:
    for folder in ("facts", "events", "kernel", "network", "statements", "watchlist", "catalogue"):
        for path in files(f"features/{folder}"):
            texts = {
                node.value
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Constant)
            }
            assert column not in texts, path
