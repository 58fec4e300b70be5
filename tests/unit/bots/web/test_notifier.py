import asyncio
from threading import Thread

from bots.core.channel import ChatRef
from bots.web.notifier import Notifier, wait_for_event

HERE, ELSEWHERE = ChatRef("here"), ChatRef("elsewhere")


async def test_a_ring_from_another_thread_wakes_who_listens() -> None:
    bell = Notifier()
    with bell.subscribe(HERE) as ear:
        ringer = Thread(target=bell.notify)
        ringer.start()
        assert await wait_for_event(ear, 5)
        ringer.join()


async def test_a_ring_between_looking_and_waiting_is_not_lost() -> None:
    bell = Notifier()
    with bell.subscribe(HERE) as ear:
        bell.notify()
        await asyncio.sleep(0)
        assert await wait_for_event(ear, 5)
        assert not await wait_for_event(ear, 0.01)


async def test_a_bell_that_nobody_rings_lets_go() -> None:
    with Notifier().subscribe(HERE) as ear:
        assert not await wait_for_event(ear, 0.01)


async def test_closing_wakes_everybody() -> None:
    bell = Notifier()
    with bell.subscribe(HERE) as one, bell.subscribe(HERE) as other:
        bell.close()
        assert await wait_for_event(one, 5)
        assert await wait_for_event(other, 5)
    assert bell.is_closed


async def test_a_loop_that_ended_disturbs_nobody() -> None:
    bell = Notifier()

    async def listen_and_leave() -> None:
        bell.subscribe(HERE).__enter__()

    left = Thread(target=lambda: asyncio.run(listen_and_leave()))
    left.start()
    left.join()
    with bell.subscribe(HERE) as ear:
        bell.notify()
        assert await wait_for_event(ear, 5)


async def test_a_ring_for_one_conversation_disturbs_no_other() -> None:
    bell = Notifier()
    with bell.subscribe(HERE) as here, bell.subscribe(ELSEWHERE) as elsewhere:
        bell.notify(ELSEWHERE)
        assert await wait_for_event(elsewhere, 5)
        assert not await wait_for_event(here, 0.01)
        assert (bell.count_waiting(HERE), bell.count_waiting(ELSEWHERE)) == (1, 1)
