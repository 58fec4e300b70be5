"""Caption styles: one TOML file each in `caption_styles/`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import ValidationError

from models.captions.placement import CaptionPlacement, get_placements
from models.captions.style import CaptionStyle
from models.captions.style_file import MAX_STYLE_BYTES
from models.errors import ConfigError, ErrorCode, RequestRejected

DEFAULT_STYLE = "classic"


@cache
def _load_bundled_styles() -> Mapping[str, CaptionStyle]:
    folder = files("models.jobs").joinpath("caption_styles")
    return _sort_styles({name: read_caption_style(file) for name, file in _list_files(folder)})


def load_caption_styles() -> Mapping[str, CaptionStyle]:
    """The styles by name, in the order of lists; the first is the default."""
    return _load_bundled_styles()


def get_caption_style(name: str) -> CaptionStyle:
    """A style by name. Raises RequestRejected(USAGE) for an unknown one."""
    try:
        return load_caption_styles()[name]
    except KeyError:
        raise RequestRejected(ErrorCode.USAGE, style=name) from None


def read_bundled_file(name: str) -> str:
    """The file of a style of ours, for others to begin with."""
    return files("models.jobs").joinpath("caption_styles", f"{name}.toml").read_text(encoding="utf-8")


def read_caption_style(file: Traversable) -> CaptionStyle:
    """Read a style. Raises ConfigError that names the file and the field."""
    try:
        data = file.read_bytes()
        if len(data) > MAX_STYLE_BYTES:
            raise ConfigError(f"the caption style {file.name} is larger than {MAX_STYLE_BYTES} bytes")
        return CaptionStyle.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the style"
        raise ConfigError(f"the caption style {file.name} has a mistake: {field}: {first['msg']}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"the caption style {file.name} cannot be read: {error}") from error


def placements_of(style: CaptionStyle) -> tuple[CaptionPlacement, ...]:
    """The placements of a style, narrowest aspect ratio first."""
    return get_placements(style.place, style.anchor)


def _list_files(folder: Traversable) -> list[tuple[str, Traversable]]:
    """Names and files of the styles in a folder, in order."""
    found = [(file.name.removesuffix(".toml"), file) for file in folder.iterdir() if file.name.endswith(".toml")]
    return sorted(found, key=lambda each: each[0])


def _sort_styles(styles: Mapping[str, CaptionStyle]) -> Mapping[str, CaptionStyle]:
    return dict(sorted(styles.items(), key=lambda each: (each[1].order, each[0])))
