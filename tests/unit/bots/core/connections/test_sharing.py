"""How connections are spread: equally, each moved once, and all of them to who is alone."""

from uuid import UUID

from bots.core.connections.sharing import share_connections

BOTS = [UUID(int=number) for number in range(1, 13)]
ANA, BIA, CAIO = (UUID(int=100 + number) for number in range(3))


def spread(owners: dict[UUID, UUID], processes: list[UUID], rounds: int) -> dict[UUID, int]:
    """Let the processes ask in turn, so many times; how many each has in the end."""
    for _ in range(rounds):
        for process in processes:
            change = share_connections(BOTS, owners, processes, process)
            owners |= dict.fromkeys(change.wanted, process)
            for each in change.surplus:
                del owners[each]
    return {process: list(owners.values()).count(process) for process in processes}


def test_who_is_alone_takes_all() -> None:
    assert share_connections(BOTS, {}, [], ANA).wanted == tuple(BOTS)


def test_two_that_begin_together_take_half_each() -> None:
    assert spread({}, [ANA, BIA], rounds=1) == {ANA: 6, BIA: 6}


def test_what_others_have_is_not_taken_and_what_a_dead_one_had_is() -> None:
    owners = {**dict.fromkeys(BOTS[:6], ANA), **dict.fromkeys(BOTS[6:], BIA)}
    assert share_connections(BOTS, owners, [ANA, BIA], BIA).wanted == ()
    left = dict.fromkeys(BOTS[6:], BIA)
    assert share_connections(BOTS, left, [BIA], BIA).wanted == tuple(BOTS[:6])


def test_a_new_process_gets_its_share_little_by_little() -> None:
    owners = dict.fromkeys(BOTS, ANA)
    first = share_connections(BOTS, owners, [ANA, BIA], ANA)
    assert first.wanted == ()
    assert len(first.surplus) == 1
    assert spread(owners, [ANA, BIA], rounds=7) == {ANA: 6, BIA: 6}
    assert spread(owners, [ANA, BIA, CAIO], rounds=7) == {ANA: 4, BIA: 4, CAIO: 4}


def test_what_is_spread_stays_where_it_is() -> None:
    owners = {**dict.fromkeys(BOTS[:5], ANA), **dict.fromkeys(BOTS[5:11], BIA)}
    changes = [share_connections(BOTS[:11], owners, [ANA, BIA], process) for process in (ANA, BIA)]
    assert all(change.wanted == change.surplus == () for change in changes)


def test_one_connection_is_not_passed_around_by_many() -> None:
    change = share_connections(BOTS[:1], {BOTS[0]: ANA}, [ANA, BIA, CAIO], ANA)
    assert change.surplus == ()
