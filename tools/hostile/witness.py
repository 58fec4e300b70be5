"""What runs inside a child: the task itself, with an account of what it took."""

import inspect
import json
import os
import resource
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pipeline.media import audio
from pipeline.media.pictures.reader import read_picture
from pipeline.sandbox.child import resolve_function

ACCOUNT: Final = "account.json"
TALK: Final = 3  # the socket to the parent, the only one there may be
MAX_HANDLES: Final = 64


def watched(task: str, arguments: dict[str, object], progress: Callable[[str, float], None]) -> object:
    """Call `module:function`, and write how many bytes of memory it took and how many sockets it left open."""
    function = resolve_function(task)
    before = _highest()
    if "progress" in inspect.signature(function).parameters:
        arguments = {**arguments, "progress": progress}
    try:
        return function(**arguments)
    finally:
        Path(ACCOUNT).write_text(json.dumps({"memory": _highest() - before, "sockets": _sockets()}))


def seen(path: Path) -> list[int]:
    """Read a picture as a drawing does; its shape."""
    return list(read_picture(path, max_side=512).pixels.shape)


def heard(path: Path) -> float:
    """Take the sound out of a recording as speech recognition does; its seconds."""
    return audio.extract(path, Path("sound.wav"))


def _highest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _sockets() -> int:
    return sum(_is_socket(handle) for handle in range(TALK + 1, MAX_HANDLES))


def _is_socket(handle: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(handle).st_mode)
    except OSError:
        return False
