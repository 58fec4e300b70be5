"""Selectors and grouping labels of PromQL expressions."""

import re
from dataclasses import dataclass, field

from promql_parser import AggregateExpr, Expr, Matcher, MatchOp, MatrixSelector, VectorSelector, parse, walk

GRAFANA_VARIABLES = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "1d"}


@dataclass(slots=True)
class PromqlQuery:
    """A parsed expression. `grouping_labels` are those of its `by` and `without` clauses."""

    selectors: list[VectorSelector] = field(default_factory=list)
    grouping_labels: set[str] = field(default_factory=set)

    def visit(self, expression: Expr) -> None:
        if isinstance(expression, VectorSelector):
            self.selectors.append(expression)
        elif isinstance(expression, MatrixSelector):
            self.selectors.append(expression.vector_selector)
        elif isinstance(expression, AggregateExpr) and expression.modifier:
            self.grouping_labels.update(expression.modifier.labels)


def parse_query(text: str) -> PromqlQuery:
    """Parse an expression whose result can be shown. Raises ValueError for any other."""
    for variable, value in GRAFANA_VARIABLES.items():
        text = text.replace(variable, value)
    expression, query = parse(text), PromqlQuery()
    if isinstance(expression, MatrixSelector):
        raise ValueError("a range is no result")  # noqa: TRY004
    walk(expression, pre_visit=query.visit)
    return query


def is_selected(selector: VectorSelector, labels: dict[str, str]) -> bool:
    return all(_is_match(matcher, labels.get(matcher.name, "")) for matcher in selector.matchers.matchers)


def _is_match(matcher: Matcher, value: str) -> bool:
    is_regex = matcher.op in (MatchOp.Re, MatchOp.NotRe)
    is_equal = bool(re.fullmatch(matcher.value, value)) if is_regex else value == matcher.value
    return is_equal == (matcher.op in (MatchOp.Equal, MatchOp.Re))
