"""Caption styles that users send as files, read in a child."""

from pathlib import Path
from typing import Any, Final

from models.captions.style import CaptionStyle
from models.captions.style_file import MAX_STYLE_BYTES, StyleFile, build_style_name, parse_style
from models.errors import ErrorCode, RequestRejected
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits

STYLE_SUFFIX: Final = ".toml"


def read_style_file(sandbox: SandboxClient, path: Path, name: str, folder: Path) -> StyleFile:
    """Read a style file in a child. Raises what `parse_style` raises."""
    size = path.stat().st_size
    if size > MAX_STYLE_BYTES:
        raise RequestRejected(ErrorCode.STYLE_UNREADABLE, line="?")
    arguments, limits = {"data": path.read_bytes()}, ResourceLimits.for_measuring(size)
    body = sandbox.run("pipeline.captions.style_files:parse", arguments, directory=folder, limits=limits)
    return StyleFile(build_style_name(name) or "", CaptionStyle.model_validate(body))


def parse(data: bytes) -> dict[str, Any]:
    """The style in a file as JSON. Raises what `parse_style` raises."""
    return parse_style(data).model_dump(mode="json")
