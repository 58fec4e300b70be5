"""The pictures that drawings are measured on: many kinds and formats, the same every time."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.media.pictures.reader import read_picture
from tools import ROOT
from tools.drawings import bars, sheets
from tools.drawings.pictures import SPECIMENS, Specimen

SMALL = [each for each in SPECIMENS if each.name != "huge"]  # which takes seconds to write


def test_the_pictures_are_of_all_kinds() -> None:
    assert len({each.name for each in SPECIMENS}) == len(SPECIMENS) >= 24
    assert {each.suffix for each in SPECIMENS} >= {".jpg", ".png", ".webp", ".gif", ".tif", ".heic"}
    for each in SPECIMENS:
        assert bars.find_near(each.kind) > 0


@pytest.mark.parametrize("specimen", SMALL, ids=lambda each: each.name)
def test_a_picture_is_read_like_what_a_user_sends(specimen: Specimen, tmp_path: Path) -> None:
    path = specimen.write(tmp_path)
    pixels = read_picture(path).pixels
    assert pixels.ndim == 3
    assert pixels.std() > 3
    if specimen.original is not None:
        assert np.asarray(specimen.load_original()).shape == pixels.shape


def test_odd_files_are_odd(tmp_path: Path) -> None:
    modes = {}
    odd = [each for each in SMALL if each.name in {"cat", "camera", "horse", "logo", "clip-art", "turned"}]
    for each in odd:
        with Image.open(each.write(tmp_path)) as image:
            modes[each.name] = image.mode, image.getexif().get(274)
    assert modes["cat"][0] == "CMYK"
    assert modes["camera"][0] == "I;16"
    assert modes["horse"][0] == "1"
    assert modes["logo"][0] == "RGBA"
    assert modes["clip-art"][0] == "P"
    assert modes["turned"] == ("RGB", 6)


def test_a_picture_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("child", "landscape", "small-faces", "screenshot"):
        specimen = next(each for each in SPECIMENS if each.name == name)
        first = specimen.write(tmp_path).read_bytes()
        assert specimen.write(tmp_path).read_bytes() == first


def test_a_sheet_has_a_cell_for_each_picture() -> None:
    wide, tall = np.zeros((100, 400, 3), np.uint8), np.zeros((400, 100, 3), np.uint8)
    sheet = sheets.build_sheet({"wide": wide, "tall": tall, "other": wide}, 2, (120, 90))
    assert sheet.size == (2 * 126 + 6, 2 * 116 + 6)
    assert sheets.shrink(wide, (120, 90)).shape == (30, 120, 3)
    assert sheets.shrink(tall, (120, 90)).shape[0] == 90


def test_the_tool_writes_a_table_sheets_and_films(tmp_path: Path) -> None:
    arguments = [str(tmp_path), "--only", "clock", "--seconds", "3", "--set", "fps=10", "--vary", "finish", "lines"]
    command = [sys.executable, "-m", "tools.drawings", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "| clock | soft | 3 |" in done.stdout
    assert (tmp_path / "table.md").read_text() in done.stdout
    for name in ("lines-3.png", "missed-3.png", "films-3-1.png", "finish.png", "clock-3.mp4", "clock-lines.mp4"):
        assert (tmp_path / name).stat().st_size > 1000
