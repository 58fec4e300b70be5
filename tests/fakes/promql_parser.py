"""PromQL parser, as strict as Prometheus about the subset that the rules and dashboards use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s*(?:
      (?P<duration>\[(?:\d+(?:ms|[smhdwy]))+\])
    | (?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<name>[a-zA-Z_:][\w:]*)
    | (?P<operator>==|!=|>=|<=|=~|!~|[-+*/%^<>=(){},])
    )""",
    re.VERBOSE,
)
LEVELS = (("or",), ("and", "unless"), ("==", "!=", ">=", "<=", ">", "<"), ("+", "-"), ("*", "/", "%"), ("^",))
COMPARISONS = frozenset(LEVELS[2])
AGGREGATIONS = {"sum": 0, "min": 0, "max": 0, "avg": 0, "count": 0, "topk": 1, "bottomk": 1, "quantile": 1}
RANGE_FUNCTIONS = frozenset({"rate", "increase", "irate", "delta", "max_over_time", "avg_over_time"})
FUNCTIONS = {
    **dict.fromkeys(RANGE_FUNCTIONS, ("range",)),
    "histogram_quantile": ("scalar", "instant"),
    "abs": ("instant",),
}
GRAFANA_VARIABLES = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "1d"}


class PromqlError(Exception):
    """An expression that Prometheus would reject."""


@dataclass(frozen=True, slots=True)
class MetricSelector:
    """A selector: metric name, and label, operator and text of each matcher."""

    name: str
    matchers: tuple[tuple[str, str, str], ...] = ()

    def is_match(self, labels: dict[str, str]) -> bool:
        return all(_is_match(operator, labels.get(label, ""), text) for label, operator, text in self.matchers)


@dataclass(slots=True)
class PromqlQuery:
    """A parsed expression. `grouping_labels` are those of its `by` and `without` clauses."""

    selectors: list[MetricSelector] = field(default_factory=list)
    grouping_labels: set[str] = field(default_factory=set)


def parse_query(text: str) -> PromqlQuery:
    """Parse an expression. Raises PromqlError."""
    for variable, value in GRAFANA_VARIABLES.items():
        text = text.replace(variable, value)
    parser = _Parser(list(_tokenize(text)))
    kind = parser.parse_expression(0)
    if parser.tokens:
        raise PromqlError(f"{parser.tokens[0][1]!r} is too much")
    if kind == "range":
        raise PromqlError("a range is no result")
    return parser.query


def _tokenize(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while text[position:].strip():
        found = TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise PromqlError(f"at {text[position:]!r}")
        position = found.end()
        yield found.lastgroup, found[found.lastgroup]


def _is_match(operator: str, value: str, text: str) -> bool:
    is_equal = bool(re.fullmatch(text, value)) if "~" in operator else value == text
    return is_equal != operator.startswith("!")


class _Parser:
    """Recursive descent; each method returns the type it parsed: "scalar", "instant" or "range"."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.query = PromqlQuery()

    def parse_expression(self, level: int) -> str:
        if level == len(LEVELS):
            return self._parse_unary()
        kind = self.parse_expression(level + 1)
        while self.tokens and self.tokens[0][1] in LEVELS[level]:
            operator = self._expect()
            other = self.parse_expression(level + 1)
            kind = self._combine_kinds(operator, kind, other)
        return kind

    @staticmethod
    def _combine_kinds(operator: str, kind: str, other: str) -> str:
        if "range" in {kind, other}:
            raise PromqlError(f"{operator} of a range")
        if operator in {"or", "and", "unless"} and "scalar" in {kind, other}:
            raise PromqlError(f"{operator} of a number")
        if operator in COMPARISONS and {kind, other} == {"scalar"}:
            raise PromqlError("numbers are compared with bool")
        return "instant" if "instant" in {kind, other} else "scalar"

    def _parse_unary(self) -> str:
        if self._peek() == "-":
            self._expect()
            return self._parse_unary()
        if self._peek() == "(":
            self._expect()
            kind = self.parse_expression(0)
            self._expect(")")
            return kind
        return self._parse_atom()

    def _parse_atom(self) -> str:
        group, text = self._pop()
        if group == "number":
            return "scalar"
        if group != "name":
            raise PromqlError(f"{text!r} begins nothing")
        if text in AGGREGATIONS:
            return self._parse_aggregation(text)
        if self._peek() == "(":
            return self._parse_call(text)
        return self._parse_selector(text)

    def _parse_call(self, name: str) -> str:
        if name not in FUNCTIONS:
            raise PromqlError(f"there is no function {name}")
        arguments = self._parse_arguments()
        if tuple(arguments) != FUNCTIONS[name]:
            raise PromqlError(f"{name} takes {FUNCTIONS[name]}, not {arguments}")
        return "instant"

    def _parse_aggregation(self, name: str) -> str:
        self._parse_grouping()
        arguments = self._parse_arguments()
        if arguments != ["scalar"] * AGGREGATIONS[name] + ["instant"]:
            raise PromqlError(f"{name} of {arguments}")
        self._parse_grouping()
        return "instant"

    def _parse_grouping(self) -> None:
        if self._peek() not in {"by", "without"}:
            return
        self._expect()
        self._expect("(")
        while self._peek() != ")":
            self.query.grouping_labels.add(self._pop()[1])
            if self._peek() == ",":
                self._expect()
        self._expect(")")

    def _parse_arguments(self) -> list[str]:
        self._expect("(")
        arguments = [self.parse_expression(0)]
        while self._peek() == ",":
            self._expect()
            arguments.append(self.parse_expression(0))
        self._expect(")")
        return arguments

    def _parse_selector(self, name: str) -> str:
        matchers = []
        if self._peek() == "{":
            self._expect()
            while self._peek() != "}":
                matchers.append(self._parse_matcher())
                if self._peek() == ",":
                    self._expect()
            self._expect("}")
        self.query.selectors.append(MetricSelector(name, tuple(matchers)))
        if self.tokens and self.tokens[0][0] == "duration":
            self._pop()
            return "range"
        return "instant"

    def _parse_matcher(self) -> tuple[str, str, str]:
        group, label = self._pop()
        operator = self._pop()[1]
        quoted, text = self._pop()
        if (group, quoted) != ("name", "string") or operator not in {"=", "!=", "=~", "!~"}:
            raise PromqlError(f"a matcher of {label}")
        return label, operator, text[1:-1]

    def _peek(self) -> str:
        return self.tokens[0][1] if self.tokens else ""

    def _pop(self) -> tuple[str, str]:
        if not self.tokens:
            raise PromqlError("it ends too soon")
        return self.tokens.pop(0)

    def _expect(self, wanted: str = "") -> str:
        _, text = self._pop()
        if wanted and text != wanted:
            raise PromqlError(f"{text!r} in place of {wanted!r}")
        return text
