"""Media validation: a file is measured in a sandboxed child, whose answer is checked for plausibility."""

from pathlib import Path

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.limits import load_limits
from models.media.facts import MediaInfo, MediaKind
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits


def measure_file(sandbox: SandboxClient, path: Path, directory: Path) -> MediaInfo:
    """Measure a file in a child that can access only this file and `directory`.

    Raises `RequestRejected` with a reason the user can act on; a crash of the decoder counts as BROKEN_FILE.
    `ProcessingFailed` means an error that is not the file's fault.
    """
    size = path.stat().st_size
    if size == 0:
        raise RequestRejected(ErrorCode.EMPTY_FILE)
    try:
        info = sandbox.run(
            "pipeline.media.probe:measure",
            {"path": path.resolve()},
            directory=directory,
            limits=ResourceLimits.for_measuring(size),
        )
    except ProcessingFailed as error:
        if error.code is ErrorCode.CRASHED:
            raise RequestRejected(ErrorCode.BROKEN_FILE) from error
        raise
    return validate_info(info, size=size)


def validate_info(info: object, *, size: int) -> MediaInfo:
    """Return the media info if it is plausible for a file of `size` bytes: an exploited child could forge the price.

    Raises RequestRejected(BROKEN_FILE).
    """
    if not isinstance(info, MediaInfo) or info.size != size or not _is_plausible(info):
        raise RequestRejected(ErrorCode.BROKEN_FILE)
    return info


def _is_plausible(info: MediaInfo) -> bool:
    picture, video, audio = load_limits().picture, load_limits().video, load_limits().audio
    width, height, seconds = info.width or 0, info.height or 0, info.seconds or 0
    match info.kind:
        case MediaKind.IMAGE:
            return 0 < width * height <= picture.max_pixels and info.seconds is None and min(width, height) > 0
        case MediaKind.VIDEO:
            return 0 < width <= video.max_side and 0 < height <= video.max_side and 0 <= seconds <= video.max_seconds
        case MediaKind.AUDIO:
            return 0 <= seconds <= audio.max_seconds and not width and not height
    return False  # nothing else is sent by a user as media
