"""What an expression refers to, as a real PromQL parser sees it."""

from collections.abc import Iterator

from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    Expr,
    MatchOp,
    MatrixSelector,
    VectorSelector,
    walk,
)


def nodes(expr: Expr) -> list[Expr]:
    """Every part of ``expr``, itself first."""
    found: list[Expr] = []
    walk(expr, found.append)
    return found


def selectors(expr: Expr) -> list[VectorSelector]:
    """Every selector, those with a range too."""
    return [each for each in nodes(expr) if isinstance(each, VectorSelector)]


def ranged(expr: Expr) -> list[str]:
    """The names of metrics that are selected with a range."""
    return [str(each.vector_selector.name) for each in nodes(expr) if isinstance(each, MatrixSelector)]


def shifted(expr: Expr) -> list[str]:
    """The names of metrics that are compared with what they were."""
    return [str(each.name) for each in selectors(expr) if each.offset is not None]


def labels(expr: Expr) -> Iterator[str]:
    """Every label that is matched, grouped or joined by."""
    for each in nodes(expr):
        if isinstance(each, VectorSelector):
            yield from (matcher.name for matcher in each.matchers.matchers)
        elif isinstance(each, AggregateExpr) and each.modifier:
            yield from each.modifier.labels
        elif isinstance(each, BinaryExpr) and each.modifier:
            yield from each.modifier.matching.labels if each.modifier.matching else ()
            yield from each.modifier.group_labels or ()


def mixed(expr: Expr, label: str) -> Iterator[VectorSelector]:
    """Selectors of which an aggregation puts series with different values of ``label`` together."""
    for each in nodes(expr):
        if isinstance(each, AggregateExpr) and not _keeps(each, label):
            yield from (found for found in selectors(each.expr) if not pinned(found, label))


def pinned(selector: VectorSelector, label: str) -> bool:
    """Whether all its series have one and the same value of ``label``."""
    return any(each.name == label and each.op == MatchOp.Equal for each in selector.matchers.matchers)


def _keeps(aggregation: AggregateExpr, label: str) -> bool:
    if aggregation.modifier is None:
        return False
    named = label in aggregation.modifier.labels
    return named if aggregation.modifier.type == AggModifierType.By else not named
