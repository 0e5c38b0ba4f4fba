"""The part of SQL that means the same on DuckDB and on Spark, checked before a measure may use it.

A statement is written in DuckDB's dialect. `check` refuses what is not known to agree on both engines;
`to_spark` gives the same statement in Spark's dialect. The rules are those of the engine page: no decimal
literal, a total order in every ROW_NUMBER, no ASOF, no quantile, no approximate count, no zoned time.
"""

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from holdfast.errors import CheckFailedError

_PLAIN: tuple[type[exp.Expr], ...] = (
    *(exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.With),
    *(exp.CTE, exp.Subquery, exp.Union, exp.Values, exp.Tuple, exp.Table, exp.TableAlias, exp.Alias),
    *(exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Distinct),
    *(exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In, exp.Between),
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Case, exp.If, exp.Coalesce, exp.Exists),
    *(exp.Count, exp.Sum, exp.Avg, exp.Max, exp.Min, exp.Floor, exp.Sqrt, exp.Ln, exp.Abs),
    *(exp.Window, exp.WindowSpec, exp.RowNumber, exp.Cast, exp.DataType, exp.DataTypeParam),
    *(exp.TimestampTrunc, exp.DateTrunc, exp.Interval, exp.Var),
)
"""What may stand in a statement. MIN, LN, ABS, COALESCE, EXISTS and outer joins go beyond the engine page's list;
the test of both engines holds for them too."""

_TYPES = {"BIGINT", "INT", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMPNTZ", "TEXT", "VARCHAR", "BOOLEAN"}
_UNITS = {"MONTH", "QUARTER"}
_JOIN_SIDES = {"", "LEFT"}
_JOIN_KINDS = {"", "INNER", "CROSS", "OUTER"}


def check(sql: str, *, place: str = "") -> exp.Expr:
    """The parsed statement. Raises CheckFailedError `portable_sql.*`, naming `place`, for what may differ."""
    tree = _parsed(sql, place)
    for code, what, node in _faults(tree):
        raise CheckFailedError(
            f"portable_sql.{code}",
            what,
            got=node.sql(dialect="duckdb")[:120],
            place=place,
            hint="write it in the portable subset, or add the form with a test on both engines",
        )
    return tree


def to_spark(sql: str, *, place: str = "") -> str:
    """The checked statement in Spark's dialect."""
    return check(sql, place=place).sql(dialect="spark")


def _parsed(sql: str, place: str) -> exp.Expr:
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except SqlglotError as reason:
        raise CheckFailedError(
            "portable_sql.unreadable", "this is not a statement", got=str(reason)[:200], place=place
        ) from None
    if not isinstance(tree, exp.Select | exp.Union):
        raise CheckFailedError("portable_sql.not_a_query", "only queries are portable", got=tree.key, place=place)
    return tree


def _faults(tree: exp.Expr) -> Iterator[tuple[str, str, exp.Expr]]:
    for node in tree.walk():
        if type(node) not in _PLAIN:
            yield "form", f"{type(node).__name__} is not in the portable subset", node
        elif isinstance(node, exp.Literal):
            yield from _literal_faults(node)
        elif isinstance(node, exp.Window):
            yield from _window_faults(node)
        elif isinstance(node, exp.Join):
            yield from _join_faults(node)
        elif isinstance(node, exp.DataType) and node.this.value not in _TYPES:
            yield "type", "this type may differ between engines", node
        elif isinstance(node, exp.TimestampTrunc | exp.DateTrunc) and str(node.args["unit"]).strip("'") not in _UNITS:
            yield "truncation", "only months and quarters are cut", node
        elif isinstance(node, exp.Interval) and str(node.args.get("unit")).upper() not in {"DAY", "DAYS"}:
            yield "interval", "an interval is a number of days", node
        elif isinstance(node, exp.Identifier) and node.name.lower() == "at" and not node.args.get("quoted"):
            yield "reserved", 'the column at is written "at"', node


def _literal_faults(node: exp.Literal) -> Iterator[tuple[str, str, exp.Expr]]:
    # 1.0 is a DECIMAL in Spark and cuts means to a few digits; 1e0 is a DOUBLE on both
    if not node.is_string and "." in node.name and "e" not in node.name.lower():
        yield "decimal", "a decimal literal has another type in Spark: write 1e0", node


def _window_faults(node: exp.Window) -> Iterator[tuple[str, str, exp.Expr]]:
    order = node.args.get("order")
    if isinstance(node.this, exp.RowNumber):
        if order is None or not order.expressions:
            yield "order", "ROW_NUMBER needs a total order", node
        elif not any(isinstance(each.this, exp.Column) and _is_key(each.this.name) for each in order.expressions):
            yield "order", "ROW_NUMBER's order must hold a key, so that there are no ties", node
    elif order is not None and node.args.get("spec") is None:
        yield "frame", "a running aggregate needs a ROWS frame", node


def _is_key(name: str) -> bool:
    return name in {"account", "editor", "candidate", "voter"} or name.endswith(("_id", "_number", "_key"))


def _join_faults(node: exp.Join) -> Iterator[tuple[str, str, exp.Expr]]:
    side, kind = (node.side or "").upper(), (node.kind or "").upper()
    if side not in _JOIN_SIDES or kind not in _JOIN_KINDS or node.method:
        yield "join", "only inner, left and cross joins are portable", node
    if kind != "CROSS" and not node.args.get("on"):
        yield "join", "a join names its condition", node
