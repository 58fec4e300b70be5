"""Captions and watermarks on a machine without libfribidi: no film may fail for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import features

DRAW = """
from models.captions.fonts import list_families
from pipeline.captions import typeface
from pipeline.captions.text_shaping import render_masks
from pipeline.media.watermark import build_watermark

assert typeface.has_shaping() is {shapes}
for text in ("Ola, Ação!", "שלום", "สวัสดี"):
    assert render_masks(text, list_families("Montserrat"), 40, 3).edge.any(), text
build_watermark("rabisco", 640, 360)
"""


@pytest.mark.parametrize("is_there", [True, False])
def test_letters_are_drawn_with_libfribidi_and_without(tmp_path: Path, is_there: bool) -> None:
    if not is_there:  # the loader finds these first, and can make nothing of them
        for name in ("libfribidi.so", "libfribidi.so.0"):
            (tmp_path / name).touch()
    told = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path)}
    command = [sys.executable, "-c", DRAW.format(shapes=is_there and features.check("raqm"))]
    ran = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
