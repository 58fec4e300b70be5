"""The fake Bot API."""

import pytest
from fakes.telegram_api import FakeTelegram


@pytest.fixture
def fake() -> FakeTelegram:
    return FakeTelegram()
