"""Store of the account's objects by id, in order of creation; pagination, filtering and expansion."""

import hashlib
import itertools
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fakes.stripe_api.errors import build_invalid_request, build_missing_object
from fakes.stripe_api.forms import RequestParameters
from fakes.stripe_api.objects import EXPANDABLE_FIELDS, build_list, create_object

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

Body = dict[str, Any]
MAX_EXPAND_DEPTH = 4


class ObjectStore:
    def __init__(self, account: str = "") -> None:
        self._account = account
        self.bodies: dict[str, Body] = {}
        self._numbers = itertools.count(1)

    def generate_id(self, prefix: str, size: int = 22) -> str:
        """An id that is unique across accounts, and the same in every run."""
        digest = hashlib.sha256(f"{self._account} {prefix} {next(self._numbers)}".encode()).hexdigest()
        return f"{prefix}_{digest[:size]}"

    def add(self, kind: str, object_id: str, **values: Any) -> Body:
        body = create_object(kind, id=object_id, **values)
        self.bodies[object_id] = body
        return body

    def find(self, kind: str, object_id: str, param: str = "", noun: str = "") -> Body:
        """That object. Raises StripeApiError: 404, or 400 if it was named by the parameter `param`."""
        body = self.bodies.get(object_id)
        if body is None or body["object"] != kind or body.get("deleted"):
            raise build_missing_object(noun or kind, object_id, param or "id", 400 if param else 404)
        return body

    def list_objects(self, kind: str) -> list[Body]:
        return [body for body in self.bodies.values() if body["object"] == kind and not body.get("deleted")]


def paginate(found: Iterable[Body], parameters: RequestParameters, url: str) -> Body:
    """A page of objects, newest first, after or before the cursor, at most `limit`."""
    limit = parameters.get("limit", 10)
    if not 1 <= limit <= 100:
        raise build_invalid_request(
            f"Invalid integer: {limit} is not between 1 and 100", "parameter_invalid_integer", "limit"
        )
    rows = list(found)[::-1]
    after, before = parameters.get("starting_after"), parameters.get("ending_before")
    if after and before:
        raise build_invalid_request("You cannot use both `starting_after` and `ending_before`.", None, "starting_after")
    if before:
        rows = rows[: _index_of(rows, before, "ending_before")]
        return build_list(rows[-limit:], url, has_more=len(rows) > limit)
    start = _index_of(rows, after, "starting_after") + 1 if after else 0
    return build_list(rows[start : start + limit], url, has_more=len(rows) > start + limit)


def _index_of(rows: list[Body], wanted: str, param: str) -> int:
    for index, row in enumerate(rows):
        if row["id"] == wanted:
            return index
    raise build_missing_object("object", wanted, param, 400)


def filter_objects(bodies: list[Body], parameters: RequestParameters, *names: str) -> list[Body]:
    """Objects whose fields equal the parameters of these names, and whose creation is within `created`."""
    wanted = {name: parameters.get(name) for name in names if parameters.get(name) is not None}
    span = parameters.get_plain("created")
    return [
        body
        for body in bodies
        if all(body.get(name) == value for name, value in wanted.items()) and _is_created_within(body, span)
    ]


def _is_created_within(body: Body, bounds: Any) -> bool:
    if bounds is None or isinstance(bounds, int):
        return bounds is None or body["created"] == bounds  # not every object has `created`
    tests: dict[str, Callable[[int, int], bool]] = {
        "gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__
    }  # fmt: skip
    return all(
        test(body["created"], bounds[name]) for name, test in tests.items() if name in bounds and bounds.get(name)
    )


def render_object(fake: "FakeStripe", body: Any, expand: list[str]) -> Any:
    """A copy as in the API's response, with the requested fields expanded."""
    copy = deepcopy(body)
    for path in expand:
        steps = path.split(".")
        if len(steps) > MAX_EXPAND_DEPTH:
            raise build_invalid_request(
                f"You cannot expand more than {MAX_EXPAND_DEPTH} levels of a property ({path}).", None, "expand"
            )
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
    if step in EXPANDABLE_FIELDS.get(body.get("object", ""), set()) and step not in body:
        body[step] = deepcopy(fake.build_included_list(body, step))
    if step not in body or (not below and isinstance(body[step], int | bool)):
        raise build_invalid_request(f"This property cannot be expanded ({path}).", None, "expand")
    if isinstance(body[step], str):
        body[step] = deepcopy(_load_expanded(fake, body[step], path))
    _expand(fake, body[step], below, path)


def _load_expanded(fake: "FakeStripe", object_id: str, path: str) -> Body:
    found = fake.store.bodies.get(object_id)
    if found is None:
        raise build_invalid_request(f"This property cannot be expanded ({path}).", None, "expand")
    return found
