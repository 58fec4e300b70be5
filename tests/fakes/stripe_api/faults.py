"""Failures on order: which route, after how many good calls, how often, and how."""

from dataclasses import dataclass

from fakes.stripe_api.errors import ApiError


@dataclass
class Fault:
    """An answer instead of doing anything; or the work, and then no answer; or a wait until it is let go."""

    route: str
    answer: ApiError | None
    times: int
    skip: int = 0
    held: bool | None = None
    advice: str = ""  # "true" and "false" tell the SDK whether to try again

    def meets(self, route: str) -> bool:
        return self.times > 0 and self.route in {route, "*"}


def take(faults: list[Fault], route: str) -> Fault | None:
    """The fault this call meets, counted down."""
    for fault in faults:
        if fault.meets(route):
            if fault.skip == 0:
                fault.times -= 1
                return fault
            fault.skip -= 1
    return None
