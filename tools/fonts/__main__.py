"""Subsets of fonts too large to be bundled whole, and emoji: `uv run --group fonts python -m tools.fonts FOLDER`.

FOLDER has the packages of npm that `pipeline/captions/fonts/FONTS.md` names, as `npm pack` leaves them. Each subset is
written beside the other fonts, with the licence of its package.
"""

import io
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont

from models.captions.fonts import EMOJI_FAMILY
from pipeline.captions.glyphs.typeface import FONTS_FOLDER
from tools.fonts.character_sets import list_japanese, list_korean, list_simplified_and_traditional
from tools.fonts.handwriting import FONTS, write_handwriting
from tools.fonts.packages import build_subsetter, read_member

_WEIGHTS: Final = {"": "900Black", "-SemiBold": "600SemiBold"}  # by what a family's name ends with
_FEATURES: Final = ["ccmp", "ljmo", "vjmo", "tjmo"]  # of lines from left to right; Hangul from its letters
_DROPPED: Final = ["BASE", "VORG", "vhea", "vmtx"]  # of lines from top to bottom


@dataclass(frozen=True, slots=True)
class FontSubset:
    """A family, the package that it is in, and the code points that are kept of it."""

    family: str
    package: str
    list_characters: Callable[[], set[int]]


SUBSETS: Final = (
    FontSubset("NotoSansSC", "expo-google-fonts-noto-sans-sc", list_simplified_and_traditional),
    FontSubset("NotoSansJP", "expo-google-fonts-noto-sans-jp", list_japanese),
    FontSubset("NotoSansKR", "expo-google-fonts-noto-sans-kr", list_korean),
)


def write_subset(each: FontSubset, ending: str, folder: Path) -> None:
    """Write the weight and its licence into the folder of its family. Raises StopIteration without its package."""
    archive = next(iter(sorted(folder.glob(f"{each.package}-*.tgz"))))
    weight = _WEIGHTS[ending]
    name = f"{each.family}_{weight}.ttf"
    target = FONTS_FOLDER / f"{each.family}{ending}"
    target.mkdir(exist_ok=True)
    with tarfile.open(archive) as package:
        font = TTFont(io.BytesIO(read_member(package, f"package/{weight}/{name}")), recalcTimestamp=False)
        (target / "OFL.txt").write_bytes(read_member(package, "package/LICENSE_FONT"))
    build_subsetter(each.list_characters(), _FEATURES, _DROPPED).subset(font)
    font.save(target / name)


def write_emoji(folder: Path) -> None:
    """Write the font of emoji as TrueType, and the licences of its outlines and its pictures."""
    archive = next(iter(sorted(folder.glob("twemoji-colr-font-*.tgz"))))
    target = FONTS_FOLDER / EMOJI_FAMILY
    target.mkdir(exist_ok=True)
    with tarfile.open(archive) as package:
        font = TTFont(io.BytesIO(read_member(package, "package/twemoji.woff2")), recalcTimestamp=False)
        (target / "OFL.txt").write_bytes(read_member(package, "package/LICENSE"))
    font.flavor = None
    font.save(target / "Twemoji.ttf")


def main() -> int:
    for each, ending in product(SUBSETS, _WEIGHTS):
        write_subset(each, ending, Path(sys.argv[1]))
    for font in FONTS:
        write_handwriting(font, Path(sys.argv[1]))
    write_emoji(Path(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
