"""Packages of fonts as `npm pack` leaves them, and what is kept of a font."""

import tarfile
from collections.abc import Collection, Sequence

from fontTools import subset


def read_member(package: tarfile.TarFile, name: str) -> bytes:
    """The bytes of a file in a package. Raises KeyError without it."""
    member = package.extractfile(name)
    assert member is not None
    return member.read()


def build_subsetter(
    characters: Collection[int], features: Sequence[str], dropped_tables: Sequence[str]
) -> subset.Subsetter:
    """A subsetter that keeps code points and features ("*" is all), and drops tables."""
    options = subset.Options(layout_features=list(features), hinting=False, notdef_outline=True)
    options.drop_tables += dropped_tables
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    return subsetter
