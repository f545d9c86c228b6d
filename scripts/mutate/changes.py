"""Small changes that a slip of the hand could make: a comparison, a sign, a constant, a flag."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "/", ast.Mod: "*",
    ast.BitAnd: "|", ast.BitOr: "&",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """`old` stands in line `line` (from 1) from byte `start` on, and becomes `new`."""

    line: int
    start: int
    old: str
    new: str

    def made(self, source: str) -> str:
        """The source with this change. Raises ValueError if `old` does not stand there."""
        lines = source.encode().splitlines(keepends=True)
        text = lines[self.line - 1]
        stop = self.start + len(self.old.encode())
        if text[self.start : stop] != self.old.encode():
            raise ValueError(f"line {self.line} has no {self.old!r} at byte {self.start}")
        lines[self.line - 1] = text[: self.start] + self.new.encode() + text[stop:]
        return b"".join(lines).decode()


def changes(source: str) -> list[Change]:
    """All that can be made in a module, in order. Types, names and texts are left alone."""
    lines = source.encode().splitlines()
    found = [
        change
        for node in _code(ast.parse(source))
        for change in _of_node(node, lines)
        if change.old != change.new
    ]
    return sorted(set(found), key=lambda one: (one.line, one.start, one.new))


def _code(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those of annotations and decorators (slots=True is nothing a test can see), and
    zip's `strict=True`, which guards what is never so."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_guard(child):
                yield child
                yield from _code(child)


def _is_guard(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.keyword)
        and node.arg == "strict"
        and isinstance(node.value, ast.Constant)
        and node.value.value is True
    )


def _of_node(node: ast.AST, lines: list[bytes]) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        left: ast.expr = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            new = COMPARISONS[type(operator)]
            yield from _between(left, right, lines, new)
            left = right
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield from _between(node.left, node.right, lines, OPERATORS[type(node.op)])
    elif isinstance(node, ast.BoolOp):
        new = "or" if isinstance(node.op, ast.And) else "and"
        yield from _between(node.values[0], node.values[1], lines, new)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        old = "not " if isinstance(node.op, ast.Not) else "-"
        if lines[node.lineno - 1][node.col_offset :].startswith(old.encode()):
            yield Change(node.lineno, node.col_offset, old, "")
    elif isinstance(node, ast.Constant) and node.end_lineno == node.lineno:
        yield from _of_constant(node, lines)


def _of_constant(node: ast.Constant, lines: list[bytes]) -> Iterator[Change]:
    old = lines[node.lineno - 1][node.col_offset : node.end_col_offset].decode()
    if isinstance(node.value, bool):
        yield Change(node.lineno, node.col_offset, old, str(not node.value))
    elif isinstance(node.value, int):
        yield Change(node.lineno, node.col_offset, old, str(node.value + 1))
    elif isinstance(node.value, float):
        yield Change(node.lineno, node.col_offset, old, repr(2 * node.value or 1.0))


def _between(left: ast.expr, right: ast.expr, lines: list[bytes], new: str) -> Iterator[Change]:
    """The operator between two operands of one line, with the brackets around them left alone."""
    if left.end_lineno != right.lineno or left.end_col_offset is None:
        return
    gap = lines[right.lineno - 1][left.end_col_offset : right.col_offset].decode()
    old = gap.strip(" ()")
    if old:
        at = left.end_col_offset + len(gap[: gap.index(old)].encode())
        yield Change(right.lineno, at, old, new)
