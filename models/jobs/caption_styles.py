"""Caption styles: one TOML file each in `caption_styles/`, and those of folders that an operator names."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from models.captions.placement import CaptionPlacement, get_placements
from models.captions.style import CaptionStyle
from models.captions.tables import TableName
from models.errors import ConfigError, ErrorCode, RequestRejected

DEFAULT_STYLE = "classic"
MAX_STYLE_BYTES = 20_000  # of one file
MAX_STYLES = 100  # in a folder: they are buttons

_NAME = TypeAdapter(TableName)
_added_styles: dict[str, CaptionStyle] = {}


@cache
def _load_bundled_styles() -> Mapping[str, CaptionStyle]:
    folder = files("models.jobs").joinpath("caption_styles")
    return _sort_styles({name: read_caption_style(file) for name, file in _list_files(folder)})


def load_caption_styles() -> Mapping[str, CaptionStyle]:
    """The styles by name, in the order of lists; the first is the default."""
    return _sort_styles({**_load_bundled_styles(), **_added_styles}) if _added_styles else _load_bundled_styles()


def get_caption_style(name: str) -> CaptionStyle:
    """A style by name. Raises RequestRejected(USAGE) for an unknown one."""
    try:
        return load_caption_styles()[name]
    except KeyError:
        raise RequestRejected(ErrorCode.USAGE, style=name) from None


def add_caption_styles(folder: Path | None) -> None:
    """Add the styles of a folder (NAME.toml), in place of those added before; None: of none.

    A name that is bundled replaces that style, but not the default. Raises ConfigError that names the file and the
    field.
    """
    styles = dict(_read_folder(folder)) if folder else {}
    _added_styles.clear()
    _added_styles.update(styles)


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


def _read_folder(folder: Path) -> Iterator[tuple[str, CaptionStyle]]:
    if not folder.is_dir():
        raise ConfigError(f"CAPTION_STYLES names {folder}, which is no folder")
    found = list(_list_files(folder))
    if len(found) > MAX_STYLES:
        raise ConfigError(f"CAPTION_STYLES names {folder}, which holds more than {MAX_STYLES} styles")
    for name, file in found:
        if name == DEFAULT_STYLE:
            raise ConfigError(f"the caption style {file.name} has the name of the default style; take another")
        yield _validate_name(name, file.name), read_caption_style(file)


def _validate_name(name: str, file_name: str) -> str:
    try:
        return _NAME.validate_python(name)
    except ValidationError as error:
        raise ConfigError(
            f"the caption style {file_name} needs a name of up to 30 small letters, digits, - and _"
        ) from error


def _list_files(folder: Traversable) -> list[tuple[str, Traversable]]:
    """Names and files of the styles in a folder, in order."""
    found = [(file.name.removesuffix(".toml"), file) for file in folder.iterdir() if file.name.endswith(".toml")]
    return sorted(found, key=lambda each: each[0])


def _sort_styles(styles: Mapping[str, CaptionStyle]) -> Mapping[str, CaptionStyle]:
    return dict(sorted(styles.items(), key=lambda each: (each[1].order, each[0])))
