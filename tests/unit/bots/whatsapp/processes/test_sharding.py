"""Which numbers share a process."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bots.whatsapp.processes.sharding import MAX_SESSIONS_PER_PROCESS, rebalance_groups

A, B, C, D, E, F = (UUID(int=number) for number in range(1, 7))


def test_six_numbers_take_two_processes() -> None:
    assert rebalance_groups([], [A, B, C, D, E, F], []) == [{A, B, C, D}, {E, F}]


def test_numbers_stay_where_they_are_and_new_ones_go_where_there_is_room() -> None:
    assert rebalance_groups([{A, B}, {C}], [A, B, C, D], []) == [{A, B, D}, {C}]


def test_a_number_that_is_wanted_no_more_leaves_and_may_leave_a_process_empty() -> None:
    assert rebalance_groups([{A, B}, {C}], [A], []) == [{A}, set()]


def test_a_process_that_is_about_to_end_gets_nobody_new() -> None:
    assert rebalance_groups([set()], [A], []) == [set(), {A}]


def test_a_number_that_hung_gets_a_process_to_itself_and_the_others_stay() -> None:
    assert rebalance_groups([{A, B, C}], [A, B, C], {B}) == [{A, C}, {B}]


def test_nobody_joins_a_number_that_hung() -> None:
    assert rebalance_groups([{A}], [A, B], {A}) == [{A}, {B}]


def test_when_anybody_may_be_to_blame_each_gets_a_process() -> None:
    assert rebalance_groups([{A, B, C}], [A, B, C], {A, B, C}) == [set(), {A}, {B}, {C}]


@given(
    st.lists(st.sets(st.integers(0, 9), max_size=MAX_SESSIONS_PER_PROCESS), max_size=4),
    st.sets(st.integers(0, 9)),
    st.sets(st.integers(0, 9)),
)
def test_every_wanted_number_is_in_one_process_and_no_process_has_too_many(
    before: list[set[int]], wanted: set[int], lonely: set[int]
) -> None:
    taken: set[int] = set()
    groups = []
    for group in before:  # a number is in one process
        groups.append({UUID(int=number) for number in group - taken})
        taken |= group
    asked = [UUID(int=number) for number in sorted(wanted)]
    alone = {UUID(int=number) for number in lonely}
    then = rebalance_groups(groups, asked, alone)
    placed = [number for group in then for number in group]
    assert sorted(placed, key=lambda number: number.int) == asked
    assert all(len(group) <= MAX_SESSIONS_PER_PROCESS for group in then)
    assert all(len(group) == 1 for group in then if group & alone)
