"""Options of libx264 for films of drawings: little changes from frame to frame, and what is drawn stays.

docs/adr/0025 says what each of them gives.
"""

from collections.abc import Mapping, Sequence

_HOLD_BITS = 3  # times the bits for frames that hold the finished picture: looked at longest, and nothing moves


def build_options(
    rate_options: Mapping[str, str], holds: Sequence[tuple[int, int]], *, has_change_hints: bool
) -> dict[str, str]:
    """Add what suits drawings to the options that set quality and rate.

    `holds` are the first and last frame of each hold. With weighted prediction, which is for fades, or in B frames
    x264 skips nothing that is declared unchanged.
    """
    zones = "/".join(f"{first},{last},b={_HOLD_BITS}" for first, last in holds if first <= last)
    hints = {"mb_info": "1"} if has_change_hints else {}
    return {**rate_options, **hints, "bf": "0", "x264-params": f"weightp=0:zones={zones}" if zones else "weightp=0"}
