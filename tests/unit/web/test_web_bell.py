import asyncio
from threading import Thread

from bots.core.channel import Place
from bots.web.bell import Bell, heard

HERE, ELSEWHERE = Place("here"), Place("elsewhere")


async def test_a_ring_from_another_thread_wakes_who_listens() -> None:
    bell = Bell()
    with bell.listening(HERE) as ear:
        ringer = Thread(target=bell.ring)
        ringer.start()
        assert await heard(ear, 5)
        ringer.join()


async def test_a_ring_between_looking_and_waiting_is_not_lost() -> None:
    bell = Bell()
    with bell.listening(HERE) as ear:
        bell.ring()
        await asyncio.sleep(0)
        assert await heard(ear, 5)
        assert not await heard(ear, 0.01)


async def test_a_bell_that_nobody_rings_lets_go() -> None:
    with Bell().listening(HERE) as ear:
        assert not await heard(ear, 0.01)


async def test_closing_wakes_everybody() -> None:
    bell = Bell()
    with bell.listening(HERE) as one, bell.listening(HERE) as other:
        bell.close()
        assert await heard(one, 5)
        assert await heard(other, 5)
    assert bell.closed


async def test_a_loop_that_ended_disturbs_nobody() -> None:
    bell = Bell()

    async def listen_and_leave() -> None:
        bell.listening(HERE).__enter__()

    left = Thread(target=lambda: asyncio.run(listen_and_leave()))
    left.start()
    left.join()
    with bell.listening(HERE) as ear:
        bell.ring()
        assert await heard(ear, 5)


async def test_a_ring_for_one_conversation_disturbs_no_other() -> None:
    bell = Bell()
    with bell.listening(HERE) as here, bell.listening(ELSEWHERE) as elsewhere:
        bell.ring(ELSEWHERE)
        assert await heard(elsewhere, 5)
        assert not await heard(here, 0.01)
        assert (bell.waiting(HERE), bell.listeners) == (1, 2)
