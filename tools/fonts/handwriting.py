"""Fonts of handwriting, in which titles are written: subsets that keep the forms their scripts need."""

import io
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont

from pipeline.captions.glyphs.typeface import FONTS_FOLDER
from tools.fonts.character_sets import list_common_hangul, list_common_japanese
from tools.fonts.packages import build_subsetter, read_member

_LATIN: Final = ((0x20, 0x7F), (0xA0, 0x180), (0x2010, 0x2040), (0x20A0, 0x20C0))
_FEATURES: Final = ["*"]  # every form that a script may need
_DROPPED: Final = ["BASE", "VORG", "vhea", "vmtx", "DSIG", "STAT"]


@dataclass(frozen=True, slots=True)
class HandwritingFont:
    """A family, its package as `npm pack` names it, the font's file in that and its licence, and what is kept."""

    family: str
    package: str
    file: str
    licence: str
    characters: frozenset[int]


def _list_ranges(*ranges: tuple[int, int]) -> frozenset[int]:
    return frozenset(code for first, end in ranges for code in range(first, end))


_GOOGLE: Final = "package/LICENSE_FONT"
FONTS: Final = (
    HandwritingFont(
        "PatrickHand",
        "expo-google-fonts-patrick-hand",
        "package/400Regular/PatrickHand_400Regular.ttf",
        _GOOGLE,
        _list_ranges(*_LATIN, (0x180, 0x250), (0x300, 0x370), (0x1E00, 0x1F00), (0x2100, 0x2200)),
    ),
    HandwritingFont(
        "Caveat",
        "expo-google-fonts-caveat",
        "package/500Medium/Caveat_500Medium.ttf",
        _GOOGLE,
        _list_ranges(*_LATIN, (0x300, 0x330), (0x400, 0x530), (0x2100, 0x2120)),
    ),
    HandwritingFont(
        "Mynerve",
        "fontsource-mynerve",
        "package/files/mynerve-greek-400-normal.woff2",
        "package/LICENSE",
        _list_ranges(*_LATIN, (0x300, 0x330), (0x370, 0x400), (0x1F00, 0x2000)),
    ),
    HandwritingFont(
        "Kalam",
        "expo-google-fonts-kalam",
        "package/400Regular/Kalam_400Regular.ttf",
        _GOOGLE,
        _list_ranges(*_LATIN, (0x900, 0x980), (0x1CD0, 0x1D00), (0x200C, 0x200E), (0x25CC, 0x25CD), (0xA8E0, 0xA900)),
    ),
    HandwritingFont(
        "PlaypenSansHebrew",
        "expo-google-fonts-playpen-sans-hebrew",
        "package/400Regular/PlaypenSansHebrew_400Regular.ttf",
        _GOOGLE,
        _list_ranges(*_LATIN, (0x590, 0x600), (0xFB1D, 0xFB50)),
    ),
    HandwritingFont(
        "PlaypenSansArabic",
        "fontsource-playpen-sans-arabic",
        "package/files/playpen-sans-arabic-arabic-400-normal.woff2",
        "package/LICENSE",
        _list_ranges((0x600, 0x780), (0x8A0, 0x900), (0xFB50, 0xFE00), (0xFE70, 0xFEFF), *_LATIN),
    ),
    HandwritingFont(
        "PlaypenSansThai",
        "fontsource-playpen-sans-thai",
        "package/files/playpen-sans-thai-thai-400-normal.woff2",
        "package/LICENSE",
        _list_ranges((0xE00, 0xE80), *_LATIN),
    ),
    HandwritingFont(
        "Gaegu",
        "expo-google-fonts-gaegu",
        "package/400Regular/Gaegu_400Regular.ttf",
        _GOOGLE,
        _list_ranges(*_LATIN) | list_common_hangul(),
    ),
    HandwritingFont(
        "KleeOne",
        "expo-google-fonts-klee-one",
        "package/600SemiBold/KleeOne_600SemiBold.ttf",
        _GOOGLE,
        _list_ranges(*_LATIN) | list_common_japanese(),
    ),
)


def write_handwriting(each: HandwritingFont, folder: Path) -> None:
    """Write the subset of a font and its licence into the folder of its family. Raises StopIteration without its
    package."""
    archive = next(iter(sorted(folder.glob(f"{each.package}-*.tgz"))))
    target = FONTS_FOLDER / each.family
    target.mkdir(exist_ok=True)
    with tarfile.open(archive) as package:
        font = TTFont(io.BytesIO(read_member(package, each.file)), recalcTimestamp=False)
        (target / "OFL.txt").write_bytes(read_member(package, each.licence))
    build_subsetter(each.characters, _FEATURES, _DROPPED).subset(font)
    font.flavor = None
    font.save(target / f"{each.family}.ttf")
