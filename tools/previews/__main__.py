"""Every caption style as pictures and short films: `python -m tools.previews FOLDER [STYLE...]`.

Writes STYLE-GROUND-LANGUAGE.png for three grounds and four scripts, STYLE.mp4 over the busy ground, and sheet.png with
all pictures. With `--sheet FILE` it writes a small contact sheet alone, the one in docs/captions.md.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from PIL import Image

from models.jobs.caption_styles import load_caption_styles
from models.jobs.options import CaptionOptions
from pipeline.previews.drawing import draw_frame
from tools.previews.grounds import GROUNDS
from tools.previews.pictures import FPS, build_painter, crop_around
from tools.previews.sentences import SENTENCES, list_words

SIZE = (720, 1280)
CELL = (360, 190)
SHEET_CELL = (176, 96)
MOMENTS = {"pt": 1.75, "ar": 1.05, "hi": 1.05, "th": 1.05}  # seconds
PAIRS = (("light", "pt"), ("dark", "ar"), ("busy", "hi"), ("light", "th"))


def draw_cells(style: str, cell: tuple[int, int]) -> Iterator[tuple[str, str, np.ndarray]]:
    """Ground, language and picture of the part with captions, for every pair."""
    for ground, language in [(ground, language) for ground in GROUNDS for language in SENTENCES]:
        painter = build_painter(CaptionOptions(style=style), language, SIZE)
        box = painter.find_box(MOMENTS[language])
        picture = draw_frame(painter, GROUNDS[ground](SIZE), MOMENTS[language])
        yield ground, language, crop_around(picture, box, cell)


def write_film(style: str, path: Path) -> None:
    """The first four seconds of the sentence in Portuguese over the busy ground."""
    painter = build_painter(CaptionOptions(style=style), "pt", SIZE)
    ground = GROUNDS["busy"](SIZE)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=round(FPS), options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(round(FPS * list_words("pt")[-1].end)):
            picture = draw_frame(painter, ground, number / FPS)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def build_sheet(rows: list[list[np.ndarray]]) -> Image.Image:
    return Image.fromarray(np.vstack([np.hstack(row) for row in rows]))


def write_small_sheet(path: Path) -> None:
    """Each style in a row of four scripts; two styles beside each other, few colours."""
    rows = []
    for style in load_caption_styles():
        cells = {(ground, language): cell for ground, language, cell in draw_cells(style, SHEET_CELL)}
        rows.append(np.hstack([cells[pair] for pair in PAIRS]))
    pairs = [np.hstack(rows[at : at + 2]) for at in range(0, len(rows) - len(rows) % 2, 2)]
    Image.fromarray(np.vstack(pairs)).quantize(200).save(path, optimize=True)


def main() -> int:
    if sys.argv[1:2] == ["--sheet"]:
        write_small_sheet(Path(sys.argv[2]))
        return 0
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for style in sys.argv[2:] or load_caption_styles():
        row = []
        for ground, language, cell in draw_cells(style, CELL):
            Image.fromarray(cell).save(folder / f"{style}-{ground}-{language}.png")
            row.append(cell)
        rows.append(row)
        write_film(style, folder / f"{style}.mp4")
    build_sheet(rows).save(folder / "sheet.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
