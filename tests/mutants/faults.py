"""Which faults can be put into a file: one change of its syntax tree each, told in words that stay when lines move.

Strings, annotations, docstrings and what goes into a log are left alone: another sentence is no fault here.
Tables count as code: a right or a step that is taken out of its set is a fault like a turned comparison.
"""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Change = Callable[[ast.AST], ast.AST]

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
NARROWS = {"filter", "exclude", "update", "get", "create"}
# Without one of these nothing is another program, only another shape.
SHAPES = {"dataclass", "property", "staticmethod", "classmethod", "cache", "lru_cache", "contextmanager", "overload"}
LOGS = {"_log", "log", "logger", "logging"}


@dataclass(frozen=True, slots=True)
class Fault:
    """`number` tells apart the same change in one function; `place` is the node's number in a walk of the tree."""

    path: str
    function: str
    was: str
    now: str
    number: int
    place: int
    line: int
    change: Change

    @property
    def name(self) -> str:
        which = f" (#{self.number})" if self.number > 1 else ""
        return f"{self.path}::{self.function}: {self.was} -> {self.now}{which}"


def faults_in(path: Path, *, named: str) -> list[Fault]:
    """In the order of the file. `named`: the path as it is told."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions, left_alone = _functions(tree), _left_alone(tree)
    found: list[Fault] = []
    seen: Counter[tuple[str, str, str]] = Counter()
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in left_alone:
            continue
        for change in _changes(node):
            now = change(copy.deepcopy(node))
            key = (functions[id(node)], *_difference(_told(node), _told(now)))
            seen[key] += 1
            found.append(Fault(named, *key, seen[key], place, getattr(node, "lineno", 0), change))
    return sorted(found, key=lambda fault: (fault.line, fault.place))


def with_fault(source: str, fault: Fault) -> ast.Module:
    """The file's tree with the one fault in it."""
    tree = ast.parse(source)
    target = next(node for place, node in enumerate(ast.walk(tree)) if place == fault.place)
    changed = _Swap(target, fault.change(copy.deepcopy(target))).visit(tree)
    assert isinstance(changed, ast.Module)
    return ast.fix_missing_locations(changed)


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.old:
            return ast.copy_location(self.new, node)
        return self.generic_visit(node)


def _changes(node: ast.AST) -> Iterator[Change]:
    """Of what decides, then of what is done, then of tables."""
    yield from _other_decisions(node)
    yield from _other_deeds(node)
    yield from _smaller_tables(node)


def _other_decisions(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Compare(ops=[compared]) if type(compared) in COMPARISONS:
            yield lambda one: _with(one, ops=[COMPARISONS[type(compared)]()])
        case ast.BoolOp():
            yield lambda one: _with(one, op=ast.Or() if isinstance(one.op, ast.And) else ast.And())  # type: ignore[attr-defined]  # a BoolOp
        case ast.UnaryOp(op=ast.Not()):
            yield lambda one: one.operand  # type: ignore[attr-defined]  # a UnaryOp
        case ast.BinOp(op=operator) if type(operator) in SUMS:
            yield lambda one: _with(one, op=SUMS[type(operator)]())
        case ast.Constant(value=bool()):
            yield lambda one: _with(one, value=not one.value)  # type: ignore[attr-defined]  # a Constant
        case ast.Constant(value=int()):
            yield lambda one: _with(one, value=one.value + 1)  # type: ignore[attr-defined]  # a Constant
        case ast.If() | ast.IfExp():
            yield lambda one: _with(one, test=ast.UnaryOp(ast.Not(), one.test))  # type: ignore[attr-defined]  # both have one


def _other_deeds(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield lambda one: _with(one, value=ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.AugAssign() | ast.Delete():
            yield lambda one: ast.Pass()


def _smaller_tables(node: ast.AST) -> Iterator[Change]:
    """Without one of the elements, the conditions or the decorators."""
    match node:
        case ast.Set() | ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()) if len(node.elts) > 1:
            yield from (_without("elts", place) for place in range(len(node.elts)))
        case ast.Dict() if len(node.keys) > 1:
            yield from (_without_entry(place) for place in range(len(node.keys)))
        case ast.Call(func=ast.Attribute(attr=attribute)) if attribute in NARROWS and node.keywords:
            yield from (_without("keywords", place) for place in range(len(node.keywords)))
        case ast.FunctionDef():
            named = enumerate(node.decorator_list)
            yield from (_without("decorator_list", place) for place, one in named if not _is_shape(one))


def _with(node: ast.AST, **fields: object) -> ast.AST:
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _without(field: str, place: int) -> Change:
    def change(node: ast.AST) -> ast.AST:
        del getattr(node, field)[place]
        return node

    return change


def _without_entry(place: int) -> Change:
    def change(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.Dict)
        del node.keys[place], node.values[place]
        return node

    return change


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_shape(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(called).rpartition(".")[2] in SHAPES


def _told(node: ast.AST) -> str:
    """Source in one line; of a function or a condition its head alone."""
    if isinstance(node, ast.FunctionDef):
        return " ".join(f"@{ast.unparse(one)}" for one in node.decorator_list) or "no decorator"
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    return " ".join(ast.unparse(node).split())


def _difference(was: str, now: str) -> tuple[str, str]:
    """Of long lines only what differs, with a few signs around it."""
    if max(len(was), len(now)) <= 100:
        return was, now
    same = _shared(was, now)
    tail = _shared(was[same:][::-1], now[same:][::-1])
    start = max(0, same - 30)
    shorter = [f"… {text[start : len(text) - tail + 20]} …" for text in (was, now)]
    return shorter[0], shorter[1]


def _shared(one: str, other: str) -> int:
    """How many signs both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


def _functions(tree: ast.Module) -> dict[int, str]:
    """The qualified name of the function or class around each node, by the node's id."""
    names: dict[int, str] = {}

    def walk(node: ast.AST, name: str) -> None:
        names[id(node)] = name or "module"
        inner = name
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inner = f"{name}.{node.name}" if name else node.name
        for child in ast.iter_child_nodes(node):
            walk(child, inner)

    walk(tree, "")
    return names


def _left_alone(tree: ast.Module) -> set[int]:
    """Ids of nodes in annotations, `__all__`, calls of a logger, arguments of dataclass fields and of decorators."""
    roots: list[ast.AST] = []
    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as note) | ast.AnnAssign(annotation=note):
                roots.append(note)
            case ast.FunctionDef():
                roots += [*([node.returns] if node.returns else []), *node.decorator_list]
            case ast.ClassDef():
                roots += node.decorator_list
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                roots.append(node.value)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))) if name in LOGS:
                roots.append(node)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                roots.append(node)
            case ast.Subscript(slice=ast.expr() as inside) if _names_types(node):
                roots.append(inside)
    return {id(node) for root in roots for node in ast.walk(root)}


def _names_types(node: ast.Subscript) -> bool:
    """`dict[str, int]` outside an annotation: a name of a type, in letters of a class or of a built-in one."""
    name = ast.unparse(node.value).rpartition(".")[2]
    return name in {"dict", "list", "set", "frozenset", "tuple", "type"} or (name[:1].isupper() and not name.isupper())
