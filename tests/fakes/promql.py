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
RANGED = frozenset({"rate", "increase", "irate", "delta", "max_over_time", "avg_over_time"})
FUNCTIONS = {**dict.fromkeys(RANGED, ("range",)), "histogram_quantile": ("scalar", "instant"), "abs": ("instant",)}
GRAFANA = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "1d"}


class Wrong(Exception):
    """An expression that Prometheus would reject."""


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector: metric name, and label, operator and text of each matcher."""

    name: str
    matchers: tuple[tuple[str, str, str], ...] = ()

    def matches(self, labels: dict[str, str]) -> bool:
        return all(_matches(operator, labels.get(label, ""), text) for label, operator, text in self.matchers)


@dataclass(slots=True)
class Query:
    """A parsed expression. `grouping_labels` are those of its `by` and `without` clauses."""

    selectors: list[Selector] = field(default_factory=list)
    grouped: set[str] = field(default_factory=set)


def read(text: str) -> Query:
    """Parse an expression. Raises PromqlError."""
    for variable, value in GRAFANA.items():
        text = text.replace(variable, value)
    reader = _Reader(list(_tokens(text)))
    kind = reader.expression(0)
    if reader.left:
        raise Wrong(f"{reader.left[0][1]!r} is too much")
    if kind == "range":
        raise Wrong("a range is no result")
    return reader.query


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while text[place:].strip():
        found = TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise Wrong(f"at {text[place:]!r}")
        place = found.end()
        yield found.lastgroup, found[found.lastgroup]


def _matches(operator: str, value: str, text: str) -> bool:
    is_equal = bool(re.fullmatch(text, value)) if "~" in operator else value == text
    return is_equal != operator.startswith("!")


class _Reader:
    """Recursive descent; each method returns the type it parsed: "scalar", "instant" or "range"."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.left = tokens
        self.query = Query()

    def expression(self, level: int) -> str:
        if level == len(LEVELS):
            return self._unary()
        kind = self.expression(level + 1)
        while self.left and self.left[0][1] in LEVELS[level]:
            operator = self._take()
            other = self.expression(level + 1)
            kind = self._joined(operator, kind, other)
        return kind

    @staticmethod
    def _joined(operator: str, kind: str, other: str) -> str:
        if "range" in {kind, other}:
            raise Wrong(f"{operator} of a range")
        if operator in {"or", "and", "unless"} and "scalar" in {kind, other}:
            raise Wrong(f"{operator} of a number")
        if operator in COMPARISONS and {kind, other} == {"scalar"}:
            raise Wrong("numbers are compared with bool")
        return "instant" if "instant" in {kind, other} else "scalar"

    def _unary(self) -> str:
        if self._peek() == "-":
            self._take()
            return self._unary()
        if self._peek() == "(":
            self._take()
            kind = self.expression(0)
            self._take(")")
            return kind
        return self._atom()

    def _atom(self) -> str:
        group, text = self._pop()
        if group == "number":
            return "scalar"
        if group != "name":
            raise Wrong(f"{text!r} begins nothing")
        if text in AGGREGATIONS:
            return self._aggregation(text)
        if self._peek() == "(":
            return self._call(text)
        return self._selector(text)

    def _call(self, name: str) -> str:
        if name not in FUNCTIONS:
            raise Wrong(f"there is no function {name}")
        given = self._arguments()
        if tuple(given) != FUNCTIONS[name]:
            raise Wrong(f"{name} takes {FUNCTIONS[name]}, not {given}")
        return "instant"

    def _aggregation(self, name: str) -> str:
        self._grouping()
        given = self._arguments()
        if given != ["scalar"] * AGGREGATIONS[name] + ["instant"]:
            raise Wrong(f"{name} of {given}")
        self._grouping()
        return "instant"

    def _grouping(self) -> None:
        if self._peek() not in {"by", "without"}:
            return
        self._take()
        self._take("(")
        while self._peek() != ")":
            self.query.grouped.add(self._pop()[1])
            if self._peek() == ",":
                self._take()
        self._take(")")

    def _arguments(self) -> list[str]:
        self._take("(")
        given = [self.expression(0)]
        while self._peek() == ",":
            self._take()
            given.append(self.expression(0))
        self._take(")")
        return given

    def _selector(self, name: str) -> str:
        matchers = []
        if self._peek() == "{":
            self._take()
            while self._peek() != "}":
                matchers.append(self._matcher())
                if self._peek() == ",":
                    self._take()
            self._take("}")
        self.query.selectors.append(Selector(name, tuple(matchers)))
        if self.left and self.left[0][0] == "duration":
            self._pop()
            return "range"
        return "instant"

    def _matcher(self) -> tuple[str, str, str]:
        group, label = self._pop()
        operator = self._pop()[1]
        quoted, text = self._pop()
        if (group, quoted) != ("name", "string") or operator not in {"=", "!=", "=~", "!~"}:
            raise Wrong(f"a matcher of {label}")
        return label, operator, text[1:-1]

    def _peek(self) -> str:
        return self.left[0][1] if self.left else ""

    def _pop(self) -> tuple[str, str]:
        if not self.left:
            raise Wrong("it ends too soon")
        return self.left.pop(0)

    def _take(self, wanted: str = "") -> str:
        _, text = self._pop()
        if wanted and text != wanted:
            raise Wrong(f"{text!r} in place of {wanted!r}")
        return text
