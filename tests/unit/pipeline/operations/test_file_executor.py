"""Work on files in threads of its own, with a bounded queue for each person."""

import asyncio
import threading

import pytest

from models.errors import ErrorCode, RequestRejected
from pipeline.operations.file_executor import MAX_PENDING, FileExecutor


async def test_one_person_has_so_many_files_waiting_and_another_is_still_taken() -> None:
    executor, may_end = FileExecutor(), threading.Event()
    waiting = [asyncio.create_task(executor.measure("ana", may_end.wait, 10)) for _ in range(MAX_PENDING)]
    await asyncio.sleep(0)
    with pytest.raises(RequestRejected) as refused:
        await executor.measure("ana", may_end.wait, 10)
    assert refused.value.code is ErrorCode.TOO_FAST
    other = asyncio.create_task(executor.measure("bia", may_end.wait, 10))
    may_end.set()
    assert await asyncio.gather(*waiting, other) == [True] * (MAX_PENDING + 1)
    assert await executor.measure("ana", may_end.is_set)
    executor.close()
