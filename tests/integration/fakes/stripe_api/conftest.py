"""The fake Stripe on the test's clock, and a merchant who calls it through the real SDK."""

from collections.abc import Iterator

import pytest
from fakes.clock import SettableClock
from fakes.stripe_api import FakeMerchant, FakeStripe


@pytest.fixture
def fake(clock: SettableClock) -> FakeStripe:
    return FakeStripe(clock)


@pytest.fixture
def merchant(fake: FakeStripe) -> Iterator[FakeMerchant]:
    with fake.serve() as url:
        yield FakeMerchant(fake, url)
