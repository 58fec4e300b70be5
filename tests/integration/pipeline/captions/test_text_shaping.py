"""Captions on a machine without libfribidi: every script looks as it does elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

from PIL import features

DRAW = """
from hashlib import sha256
from PIL import features
from models.captions.fonts import get_script_samples, list_families
from pipeline.captions.text_shaping import render_masks
from pipeline.media.watermark import build_watermark

print(features.check("raqm"))
for text in get_script_samples().values():
    masks = render_masks(text, list_families("Montserrat"), 40, 3)
    print(masks.left, masks.top, sha256(masks.letters.tobytes() + masks.edge.tobytes()).hexdigest())
build_watermark("rabisco", 640, 360)
"""


def draw_samples(library_path: Path) -> list[str]:
    """Whether Pillow found libfribidi, and what each sample looks like."""
    environment = {**os.environ, "LD_LIBRARY_PATH": str(library_path)}
    command = [sys.executable, "-c", DRAW]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_every_script_looks_the_same_with_libfribidi_and_without(tmp_path: Path) -> None:
    empty, broken = tmp_path / "empty", tmp_path / "broken"
    empty.mkdir()
    broken.mkdir()
    for name in ("libfribidi.so", "libfribidi.so.0"):  # the loader finds these first, and can make nothing of them
        (broken / name).touch()
    as_is, without = draw_samples(empty), draw_samples(broken)
    assert as_is[0] == str(features.check("raqm"))
    assert without[0] == "False"
    assert as_is[1:] == without[1:]
