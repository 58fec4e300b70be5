"""What must be stored is tried until the database is back."""

import pytest
from sqlalchemy.exc import OperationalError

from bots.core.database_retry import retry_until_stored


async def test_an_operation_is_repeated_until_the_database_is_back_and_its_value_returned() -> None:
    failures = [OperationalError("", {}, Exception("away"))] * 2

    def store(value: str) -> str:
        if failures:
            raise failures.pop()
        return value

    assert await retry_until_stored(store, "kept") == "kept"
    assert failures == []


async def test_an_error_that_is_not_the_databases_is_raised_at_once() -> None:
    calls = []

    def store() -> None:
        calls.append(1)
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        await retry_until_stored(store)
    assert calls == [1]
