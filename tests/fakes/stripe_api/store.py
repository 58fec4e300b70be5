"""Store of the account's objects by id, in order of creation; pagination, filtering and expansion."""

import hashlib
import itertools
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fakes.stripe_api.errors import invalid, missing
from fakes.stripe_api.forms import Parameters
from fakes.stripe_api.shapes import INCLUDABLE, blank, listed

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

Body = dict[str, Any]
DEEPEST = 4


class Store:
    def __init__(self, account: str = "") -> None:
        self._account = account
        self.bodies: dict[str, Body] = {}
        self._numbers = itertools.count(1)

    def new_id(self, prefix: str, size: int = 22) -> str:
        """An id that is unique across accounts, and the same in every run."""
        digest = hashlib.sha256(f"{self._account} {prefix} {next(self._numbers)}".encode()).hexdigest()
        return f"{prefix}_{digest[:size]}"

    def add(self, kind: str, identity: str, **values: Any) -> Body:
        body = blank(kind, id=identity, **values)
        self.bodies[identity] = body
        return body

    def find(self, kind: str, identity: str, param: str = "", noun: str = "") -> Body:
        """That object. Raises StripeApiError: 404, or 400 if it was named by the parameter `param`."""
        body = self.bodies.get(identity)
        if body is None or body["object"] != kind or body.get("deleted"):
            raise missing(noun or kind, identity, param or "id", 400 if param else 404)
        return body

    def all(self, kind: str) -> list[Body]:
        return [body for body in self.bodies.values() if body["object"] == kind and not body.get("deleted")]


def page(found: Iterable[Body], parameters: Parameters, url: str) -> Body:
    """A page of objects, newest first, after or before the cursor, at most `limit`."""
    limit = parameters.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid(f"Invalid integer: {limit} is not between 1 and 100", "parameter_invalid_integer", "limit")
    rows = list(found)[::-1]
    after, before = parameters.get("starting_after"), parameters.get("ending_before")
    if after and before:
        raise invalid("You cannot use both `starting_after` and `ending_before`.", None, "starting_after")
    if before:
        rows = rows[: _place(rows, before, "ending_before")]
        return listed(rows[-limit:], url, has_more=len(rows) > limit)
    start = _place(rows, after, "starting_after") + 1 if after else 0
    return listed(rows[start : start + limit], url, has_more=len(rows) > start + limit)


def _place(rows: list[Body], wanted: str, param: str) -> int:
    for place, row in enumerate(rows):
        if row["id"] == wanted:
            return place
    raise missing("object", wanted, param, 400)


def matching(bodies: list[Body], parameters: Parameters, *names: str) -> list[Body]:
    """Objects whose fields equal the parameters of these names, and whose creation is within `created`."""
    wanted = {name: parameters.get(name) for name in names if parameters.get(name) is not None}
    span = parameters.plain("created")
    return [
        body
        for body in bodies
        if all(body.get(name) == value for name, value in wanted.items()) and _created(body, span)
    ]


def _created(body: Body, span: Any) -> bool:
    if span is None or isinstance(span, int):
        return span is None or body["created"] == span  # not every object has `created`
    tests: dict[str, Callable[[int, int], bool]] = {
        "gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__
    }  # fmt: skip
    return all(test(body["created"], span[name]) for name, test in tests.items() if name in span and span.get(name))


def shown(fake: "FakeStripe", body: Any, expand: list[str]) -> Any:
    """A copy as in the API's response, with the requested fields expanded."""
    copy = deepcopy(body)
    for path in expand:
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels of a property ({path}).", None, "expand")
        _expand(fake, copy, steps, path)
    return copy


def _expand(fake: "FakeStripe", body: Any, steps: list[str], path: str) -> None:
    if isinstance(body, list):
        for item in body:
            _expand(fake, item, steps, path)
        return
    if body is None or not steps:
        return
    step, *below = steps
    if step in INCLUDABLE.get(body.get("object", ""), set()) and step not in body:
        body[step] = deepcopy(fake.included(body, step))
    if step not in body or (not below and isinstance(body[step], int | bool)):
        raise invalid(f"This property cannot be expanded ({path}).", None, "expand")
    if isinstance(body[step], str):
        body[step] = deepcopy(_expanded(fake, body[step], path))
    _expand(fake, body[step], below, path)


def _expanded(fake: "FakeStripe", identity: str, path: str) -> Body:
    found = fake.store.bodies.get(identity)
    if found is None:
        raise invalid(f"This property cannot be expanded ({path}).", None, "expand")
    return found
