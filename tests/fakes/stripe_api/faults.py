"""Fault injection: by route, after how many successes, how often, and how."""

from dataclasses import dataclass

from fakes.stripe_api.errors import StripeApiError


@dataclass
class StripeFault:
    """The error `answer` without execution; or execution, and then no response; or a block until released."""

    route: str
    answer: StripeApiError | None
    times: int
    skip: int = 0
    held: bool | None = None
    retry_advice: str = ""  # "true" and "false" tell the SDK whether to retry

    def is_match(self, route: str) -> bool:
        return self.times > 0 and self.route in {route, "*"}


def take_fault(faults: list[StripeFault], route: str) -> StripeFault | None:
    """The fault for this call, counted down."""
    for fault in faults:
        if fault.is_match(route):
            if fault.skip == 0:
                fault.times -= 1
                return fault
            fault.skip -= 1
    return None
