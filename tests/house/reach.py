"""What a door of Holdfast reaches: a walk over the names of the source, without running any of it.

A door is what a person, a clock or an importer begins with: a command, a page, a task, a declared kind, or a public
name of a room that names its own. From there every name that is used is followed, too generously rather than too
strictly: an attribute stands for every method and function that is called so.
"""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "holdfast"
_DOORS = (
    "cli/", "web/console/", "store/office/migrations/", "store/office/apps", "store/office/models", "__main__",
    "workflows/clocks/", "workflows/outbox_tasks/", "workflows/proposals/",
    "actions/kinds/", "record/kinds/", "measures/", "sources/", "elections/counting/", "elections/formats/",
)  # fmt: skip
_NO_DOOR = ("cache", "lru_cache", "contextmanager", "contextlib", "functools")
"""Decorators that call nothing by themselves."""
_CALLED = ("__", "_repr_", "process_")
"""Methods that the language, a notebook or Django calls."""
_NAMED = ("__init__", "record/__init__")
"""Rooms that name what others may import."""


@dataclass
class Node:
    """A function, class, method or constant: what it uses, by name in scope and by attribute."""

    key: str
    place: str
    kind: str
    names: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    always: list[str] = field(default_factory=list)


class House:
    """All nodes of the source, and what is reached from the doors."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.scope: dict[str, dict[str, str]] = {}
        self.by_name: dict[str, set[str]] = defaultdict(set)
        self.doors: set[str] = set()
        for path in sorted(SOURCE.rglob("*.py")):
            self._read(path)
        for path in sorted((ROOT / "scripts").iterdir()):
            if path.is_file() and path.read_bytes().startswith(b"#!/usr/bin/env python"):
                self.doors |= set(imported(ast.parse(path.read_bytes())).values())
        words = {word for path in SOURCE.rglob("*.html") for word in re.findall(r"\w+", path.read_text("utf-8"))}
        self.reached = self.walk(self.doors, words)

    def _read(self, path: Path) -> None:
        stem = path.relative_to(SOURCE).as_posix().removesuffix(".py")
        module = ".".join(("holdfast", *stem.split("/"))).removesuffix(".__init__")
        tree = ast.parse(path.read_bytes())
        scope = self.scope[module] = imported(tree)
        place = f"src/holdfast/{stem}.py"
        body = self._add(Node(f"{module}:", place, "module"))
        for each in tree.body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                self._function(module, each, f"{place}:{each.lineno}", body)
            elif isinstance(each, ast.ClassDef):
                self._class(module, each, f"{place}:{each.lineno}", body)
            elif isinstance(each, ast.Assign | ast.AnnAssign):
                targets = each.targets if isinstance(each, ast.Assign) else [each.target]
                for name in {part.id for one in targets for part in ast.walk(one) if isinstance(part, ast.Name)}:
                    node = self._add(Node(f"{module}:{name}", place, "constant"))
                    scope[name] = node.key
                    used(each, node)
            elif not isinstance(each, ast.Import | ast.ImportFrom):
                used(each, body)
        if stem.startswith(_DOORS):
            self.doors |= {
                body.key,
                *(key for key, one in self.nodes.items() if _of(key) == module and _is_door(one)),
            }
        elif stem in _NAMED:
            self.doors |= {body.key}
            for one in ast.walk(tree):
                if isinstance(one, ast.If):  # what a room names, it names once for the types
                    self.doors |= set(imported(one).values())

    def used_by_test(self, path: Path, name: str) -> set[str]:
        """What a test or its helpers name of the source, as keys of nodes: `name` in the file at `path`."""
        todo, seen, found = [(path, name)], set[tuple[Path, str]](), set[str]()
        while todo:
            here = file, word = todo.pop()
            if here in seen:
                continue
            seen.add(here)
            bodies, said = test_file(file)
            if word in said and said[word].startswith("holdfast"):
                found.add(said[word])
            elif word in said:
                module, _, inner = said[word].partition(":")
                place = _helper(module, file)
                todo += [(place, inner)] if place else []
            elif word in bodies:
                todo += [(file, each) for each in bodies[word]]
            else:
                todo += [(place, word) for place in FIXTURES.get(word, ())]
        return {self.find(each) or each for each in found}

    def _function(self, module: str, each: ast.FunctionDef | ast.AsyncFunctionDef, place: str, body: Node) -> None:
        node = self._add(Node(f"{module}:{each.name}", place, "function"))
        self.scope[module][each.name] = node.key
        used(each, node)
        if any(not ast.unparse(one).startswith(_NO_DOOR) for one in each.decorator_list):
            body.always.append(node.key)  # whoever decorates it keeps it

    def _class(self, module: str, each: ast.ClassDef, place: str, body: Node) -> None:
        node = self._add(Node(f"{module}:{each.name}", place, "class"))
        self.scope[module][each.name] = node.key
        bases = {one.id if isinstance(one, ast.Name) else ast.unparse(one) for one in each.bases}
        scope = self.scope[module]
        strange = any(not scope.get(base, "").startswith("holdfast") for base in bases)
        for one in each.body:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                method = self._add(Node(f"{module}:{each.name}.{one.name}", place, "method"))
                used(one, method)
                if strange or one.name.startswith(
                    ("__", "_repr_", "process_")
                ):  # called by the language, a notebook, Django
                    node.always.append(method.key)
            else:
                used(one, node)
        for one in (*each.bases, *each.decorator_list, *each.keywords):
            used(one, node)

    def _add(self, node: Node) -> Node:
        node = self.nodes.setdefault(node.key, node)
        if node.kind in {"function", "method", "class", "constant"}:
            self.by_name[re.split(r"[:.]", node.key)[-1]].add(node.key)
        return node

    def find(self, target: str) -> str:
        """A name as it was imported, followed through the rooms that hand it on."""
        for _ in range(9):
            if target in self.nodes:
                return target
            module, _, name = target.partition(":")
            target = self.scope.get(module, {}).get(name, "")
        return ""

    def walk(self, starts: set[str], words: set[str] = frozenset()) -> set[str]:  # type: ignore[assignment]
        """Everything that is reached from these nodes, and from these attributes."""
        todo, seen, said = set(starts), set[str](), set[str]()
        for word in words:
            todo |= {key for key in self.by_name[word] if self.nodes[key].kind == "method"}
        while todo:
            node = self.nodes.get(self.find(todo.pop()))
            if node is None or node.key in seen:
                continue
            seen.add(node.key)
            module = _of(node.key)
            todo |= {*node.always, f"{module}:"}
            todo |= {self.scope[module][name] for name in node.names if name in self.scope[module]}
            for attribute in node.attributes - said:
                said.add(attribute)
                todo |= {key for key in self.by_name[attribute] if not key.split(":")[1].startswith("_Meta")}
        return seen

    def behind_no_door(self) -> dict[str, str]:
        """Public functions and classes that nothing reaches, each with its place."""
        return {
            node.key.replace(":", "."): node.place
            for node in self.nodes.values()
            if node.kind in {"function", "class", "method"} and node.key not in self.reached
            and not any(part.startswith("_") for part in node.key.split(":")[1].split("."))
        }  # fmt: skip


def _of(key: str) -> str:
    return key.split(":")[0]


def _is_door(node: Node) -> bool:
    """Kinds are declared in constants; of the site and of the commands, what they decorate or list is reached too."""
    in_django = "/store/office/" in node.place and node.kind == "class"
    return in_django or node.kind == "constant" or node.key.endswith(":register")


def imported(tree: ast.AST) -> dict[str, str]:
    """Names that are imported anywhere in a piece of source, and what they stand for."""
    found = {}
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("holdfast"):
            found |= {name.asname or name.name: f"{one.module}:{name.name}" for name in one.names}
    return found


def used(tree: ast.AST, node: Node) -> None:
    """Write down every name and attribute that a piece of source uses."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Name):
            node.names.add(one.id)
        elif isinstance(one, ast.Attribute):
            node.attributes.add(one.attr)
        elif isinstance(one, ast.ImportFrom):
            node.names |= {name.asname or name.name for name in one.names}
        elif isinstance(one, ast.Constant) and re.fullmatch(r"[\w.]+", str(one.value)):
            node.attributes.add(str(one.value).rpartition(".")[2])  # by a name in a table, in a setting, or getattr


@cache
def test_file(path: Path) -> tuple[dict[str, set[str]], dict[str, str]]:
    """Of a file of the tests: the names that each function, class and constant uses, and what is imported."""
    tree = ast.parse(path.read_bytes())
    bodies: dict[str, set[str]] = {}
    for each in tree.body:
        names = [each.name] if isinstance(each, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) else []
        if isinstance(each, ast.Assign | ast.AnnAssign):
            names = [
                part.id for part in ast.walk(each) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            ]
        words = {one.id for one in ast.walk(each) if isinstance(one, ast.Name)}
        words |= {one.arg for one in ast.walk(each) if isinstance(one, ast.arg)}
        words |= {str(one.value) for one in ast.walk(each) if isinstance(one, ast.Constant)}  # usefixtures
        words |= {
            name.asname or name.name
            for one in ast.walk(each)
            if isinstance(one, ast.ImportFrom)
            for name in one.names
        }
        for name in names:
            bodies.setdefault(name, set()).update(words)
    said = {}
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom):
            said |= {name.asname or name.name: f"{one.module}:{name.name}" for name in one.names}
    return bodies, said


def _helper(module: str, beside: Path) -> Path | None:
    inner = Path(*module.split(".")).with_suffix(".py")
    return next((each for each in (ROOT / "tests" / inner, beside.parent / inner) if each.is_file()), None)


def _fixtures() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    for path in (ROOT / "tests").rglob("*.py"):
        if b"fixture" in (data := path.read_bytes()) and not path.name.startswith("test_"):
            for each in ast.parse(data).body:
                if isinstance(each, ast.FunctionDef) and any(
                    "fixture" in ast.unparse(one) for one in each.decorator_list
                ):
                    found[each.name].append(path)
    return found


FIXTURES = _fixtures()


@cache
def house() -> House:
    """The source, read once."""
    return House()
