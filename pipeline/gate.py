"""Media validation: a file is measured in a sandboxed child, whose answer is checked for plausibility."""

from pathlib import Path

from models.errors import Code, Failed, Refused
from models.limits import limits
from models.media import Facts, MediaKind
from pipeline.allowance import Allowance
from pipeline.child import Children


def measured(children: Children, path: Path, directory: Path) -> Facts:
    """Measure a file in a child that can access only this file and `directory`.

    Raises `RequestRejected` with a reason the user can act on; a crash of the decoder counts as BROKEN_FILE.
    `ProcessingFailed` means an error that is not the file's fault.
    """
    size = path.stat().st_size
    if size == 0:
        raise Refused(Code.EMPTY_FILE)
    try:
        facts = children.run(
            "pipeline.media.probe:measure",
            {"path": path.resolve()},
            directory=directory,
            allowance=Allowance.for_measuring(size),
        )
    except Failed as error:
        if error.code is Code.CRASHED:
            raise Refused(Code.BROKEN_FILE) from error
        raise
    return believed(facts, size=size)


def believed(facts: object, *, size: int) -> Facts:
    """Return the media info if it is plausible for a file of `size` bytes: an exploited child could forge the price.

    Raises RequestRejected(BROKEN_FILE).
    """
    if not isinstance(facts, Facts) or facts.size != size or not _plausible(facts):
        raise Refused(Code.BROKEN_FILE)
    return facts


def _plausible(facts: Facts) -> bool:
    picture, video, audio = limits().picture, limits().video, limits().audio
    width, height, seconds = facts.width or 0, facts.height or 0, facts.seconds or 0
    match facts.kind:
        case MediaKind.IMAGE:
            return 0 < width * height <= picture.max_pixels and facts.seconds is None and min(width, height) > 0
        case MediaKind.VIDEO:
            return 0 < width <= video.max_side and 0 < height <= video.max_side and 0 <= seconds <= video.max_seconds
    return 0 <= seconds <= audio.max_seconds and not width and not height
