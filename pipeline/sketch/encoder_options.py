"""Options of libx264 for films of drawings: little changes from frame to frame, and what is drawn stays.

docs/adr/0025-drawings-encoded-by-change.md says what each of them gives.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from models.jobs.film import X264Preset

_HOLD_BITS: Final = 3  # times the bits for frames that hold the finished picture: looked at longest, and nothing moves

# With weighted prediction, which is for fades, or in B frames x264 skips nothing that is declared unchanged; a change
# of scene needs no key frame here, and a key frame, in which all is encoded anew, is rare.
_DRAWING_PARAMETERS: Final = MappingProxyType({"weightp": "0", "scenecut": "0", "keyint": "300"})

# What the hand uncovers was last seen a few frames ago: three reference frames save more than half pixel motion,
# whole diamonds and split blocks would, as the hand moves by whole pixels.
_FAST_PARAMETERS: Final = MappingProxyType({"ref": "3", "subme": "1", "me": "dia", "partitions": "i8x8,i4x4"})
_FAST_PRESET: Final = X264Preset.VERYFAST  # any other one was chosen for what it does


def build_options(
    rate_options: Mapping[str, str], holds: Sequence[tuple[int, int]], *, has_change_hints: bool
) -> dict[str, str]:
    """Add what suits drawings to the options that set preset, quality and rate.

    `holds` are the first and last frame of each hold; one whose first is after its last is empty.
    """
    parameters = dict(_DRAWING_PARAMETERS)
    if rate_options.get("preset") == _FAST_PRESET:
        parameters |= _FAST_PARAMETERS
    zones = [f"{first},{last},b={_HOLD_BITS}" for first, last in holds if first <= last]
    if zones:
        parameters["zones"] = "/".join(zones)
    hints = {"mb_info": "1"} if has_change_hints else {}
    return {**rate_options, **hints, "bf": "0", "x264-params": _join_parameters(parameters)}


def _join_parameters(parameters: Mapping[str, str]) -> str:
    return ":".join(f"{name}={value}" for name, value in parameters.items())
