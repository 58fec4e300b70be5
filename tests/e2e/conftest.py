"""A browser."""

from collections.abc import Iterator

import pytest
from fakes.browser import launch_browser
from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests of a module; each is somebody new in it."""
    with launch_browser() as running:
        yield running
