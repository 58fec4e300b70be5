"""Every caption style as pictures and short films: `python -m tools.previews FOLDER [STYLE...]`.

Writes STYLE-GROUND-LANGUAGE.png for all grounds and languages, STYLE.mp4 over the busy ground, and sheet.png with all
pictures. With `--sheets FOLDER` it writes captions-1.png and so on alone, those of docs/captions.md: a few styles each,
over every ground, in five scripts.
"""

import sys
from pathlib import Path
from typing import Final

import av
from PIL import Image

from models.jobs.caption_styles import load_caption_styles
from models.jobs.options import CaptionOptions
from pipeline.previews.drawing import draw_frame
from tools.previews.grounds import GROUNDS
from tools.previews.pictures import FPS, build_painter, crop_around
from tools.previews.sentences import MOMENTS, SENTENCES, list_words
from tools.previews.sheets import Cells, build_sheet

SIZE: Final = (720, 1280)
CELL: Final = (360, 216)
SHEET_CELL: Final = (220, 132)
SHEET_LANGUAGES: Final = ("pt", "ar", "hi", "th", "ja")
SHEET_STYLES: Final = 4  # of one sheet


def draw_cells(style: str, languages: tuple[str, ...], cell: tuple[int, int]) -> Cells:
    """The part with captions, over every ground and in every language."""
    cells = {}
    for language in languages:
        painter, moment = build_painter(CaptionOptions(style=style), language, SIZE), MOMENTS[language]
        box = painter.find_box(moment)
        assert box is not None
        for ground, draw_ground in GROUNDS.items():
            cells[ground, language] = crop_around(draw_frame(painter, draw_ground(SIZE), moment), box, cell)
    return cells


def write_film(style: str, path: Path) -> None:
    """The whole sentence in Portuguese over the busy ground."""
    painter = build_painter(CaptionOptions(style=style), "pt", SIZE)
    ground = GROUNDS["busy"](SIZE)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=round(FPS), options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(round(FPS * list_words("pt")[-1].end)):
            picture = draw_frame(painter, ground, number / FPS)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def write_sheets(folder: Path) -> None:
    """The sheets of docs/captions.md."""
    names = list(load_caption_styles())
    for first in range(0, len(names), SHEET_STYLES):
        shown = names[first : first + SHEET_STYLES]
        styles = {name: draw_cells(name, SHEET_LANGUAGES, SHEET_CELL) for name in shown}
        sheet = build_sheet(styles, tuple(GROUNDS), SHEET_LANGUAGES)
        sheet.save(folder / f"captions-{first // SHEET_STYLES + 1}.png", optimize=True)


def write_all(folder: Path, names: list[str]) -> None:
    """Every picture by itself, the films, and a sheet of all."""
    folder.mkdir(parents=True, exist_ok=True)
    styles = {name: draw_cells(name, tuple(SENTENCES), CELL) for name in names}
    for name, cells in styles.items():
        for (ground, language), picture in cells.items():
            Image.fromarray(picture).save(folder / f"{name}-{ground}-{language}.png")
        write_film(name, folder / f"{name}.mp4")
    build_sheet(styles, tuple(GROUNDS), tuple(SENTENCES)).save(folder / "sheet.png")


def main() -> int:
    if sys.argv[1:2] == ["--sheets"]:
        write_sheets(Path(sys.argv[2]))
    else:
        write_all(Path(sys.argv[1]), sys.argv[2:] or list(load_caption_styles()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
