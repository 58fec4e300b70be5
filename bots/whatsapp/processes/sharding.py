"""Which numbers share a process."""

from collections.abc import Collection, Sequence
from uuid import UUID

MOST = 4  # numbers of a process: what one that hangs takes with it for a moment


def regrouped(
    groups: Sequence[Collection[UUID]], wanted: Sequence[UUID], lonely: Collection[UUID], most: int = MOST
) -> list[set[UUID]]:
    """The groups as they are to be: first those there are, which may become empty, then new ones.

    Numbers stay where they are, new ones go where there is room, and each lonely one, which has hung or may have, has a
    process to itself.
    """
    then = [_kept(group, wanted, lonely) for group in groups]
    settled = {number for group in then for number in group}
    for number in wanted:
        if number not in settled:
            _place(then, number, lonely, most)
    return then


def _kept(group: Collection[UUID], wanted: Collection[UUID], lonely: Collection[UUID]) -> set[UUID]:
    is_alone = len(group) == 1
    return {number for number in group if number in wanted and (is_alone or number not in lonely)}


def _place(groups: list[set[UUID]], number: UUID, lonely: Collection[UUID], most: int) -> None:
    for group in groups:
        if number not in lonely and group and len(group) < most and group.isdisjoint(lonely):
            group.add(number)
            return
    groups.append({number})
