import asyncio
from threading import Thread

from bots.web.bell import Bell, heard


async def test_a_ring_from_another_thread_wakes_who_listens() -> None:
    bell = Bell()
    with bell.listening() as ear:
        ringer = Thread(target=bell.ring)
        ringer.start()
        assert await heard(ear, 5)
        ringer.join()


async def test_a_ring_between_looking_and_waiting_is_not_lost() -> None:
    bell = Bell()
    with bell.listening() as ear:
        bell.ring()
        await asyncio.sleep(0)
        assert await heard(ear, 5)
        assert not await heard(ear, 0.01)


async def test_a_bell_that_nobody_rings_lets_go() -> None:
    with Bell().listening() as ear:
        assert not await heard(ear, 0.01)


async def test_closing_wakes_everybody() -> None:
    bell = Bell()
    with bell.listening() as one, bell.listening() as other:
        bell.close()
        assert await heard(one, 5)
        assert await heard(other, 5)
    assert bell.closed


async def test_a_loop_that_ended_disturbs_nobody() -> None:
    bell = Bell()

    async def listen_and_leave() -> None:
        bell.listening().__enter__()

    left = Thread(target=lambda: asyncio.run(listen_and_leave()))
    left.start()
    left.join()
    with bell.listening() as ear:
        bell.ring()
        assert await heard(ear, 5)
