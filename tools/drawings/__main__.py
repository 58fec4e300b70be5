"""Draw a set of pictures and measure the films: `python -m tools.drawings FOLDER`.

Writes to FOLDER the films, `table.md` with every figure beside its bar, and contact sheets: `lines-S.png` (all
drawings when the lines are done, in films of S seconds), `films-S-N.png` (10, 30, 50, 70, 90 and 100 % of a film) and,
with several finishes, `finishes.png` (the last frame of each). `--only` takes names of pictures, `--picture` further
files.
"""

import argparse
import gc
import sys
from pathlib import Path
from typing import Final, NamedTuple

from pipeline.media.pictures.reader import read_picture
from tools.drawings import report, sheets
from tools.drawings.delivered_film import Plane
from tools.drawings.measurements import draw_picture
from tools.drawings.pictures import SPECIMENS
from tools.drawings.report import Row

_LINES_CELL, _FILM_CELL = (420, 320), (300, 220)
_STRIPS: Final = 8  # films on one sheet


def main() -> int:
    options = _parse_arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    files = _write_pictures(options)
    rows = [row for seconds in options.seconds for row in _draw_all(files, seconds, options.folder)]
    if len(options.finish) > 1:
        _write_finishes(files, options)
    table = report.write_table(rows)
    (options.folder / "table.md").write_text(table)
    print(table)  # noqa: T201 - what it is run for
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=[each.name for each in SPECIMENS], metavar="NAME")
    parser.add_argument("--picture", nargs="+", default=[], type=Path, metavar="FILE", help="measured as photographs")
    parser.add_argument("--seconds", nargs="+", default=[10.0], type=float)
    parser.add_argument("--finish", nargs="+", default=["colour"])
    return parser.parse_args()


class _File(NamedTuple):
    name: str
    kind: str
    path: Path
    original: Plane | None


def _write_pictures(options: argparse.Namespace) -> list[_File]:
    folder = options.folder / "pictures"
    folder.mkdir(exist_ok=True)
    chosen = [each for each in SPECIMENS if each.name in options.only]
    ours = [_File(each.name, each.kind, each.write(folder), each.load_original()) for each in chosen]
    return ours + [_File(path.stem, "photo", path, None) for path in options.picture]


def _draw_all(files: list[_File], seconds: float, folder: Path) -> list[Row]:
    rows, lines, steps = [], {}, {}
    for name, kind, path, original in files:
        out = folder / f"{name}-{seconds:g}.mp4"
        drawing = draw_picture(read_picture(path), out, kind, original, seconds=seconds)
        rows.append(Row(name, kind, seconds, drawing.figures))
        lines[name], steps[name] = drawing.film.lines, drawing.film.steps
        print(f"{name} {seconds:g} s: misses {', '.join(report.list_misses(rows[-1])) or 'nothing'}", file=sys.stderr)  # noqa: T201
        del drawing
        gc.collect()
    sheets.build_sheet(lines, 4, _LINES_CELL).save(folder / f"lines-{seconds:g}.png")
    for number, first in enumerate(range(0, len(files), _STRIPS)):
        part = {name: steps[name] for name, *_ in files[first : first + _STRIPS]}
        sheets.build_film_strip(part, _FILM_CELL).save(folder / f"films-{seconds:g}-{number + 1}.png")
    return rows


def _write_finishes(files: list[_File], options: argparse.Namespace) -> None:
    cells: dict[str, Plane] = {}
    for name, _, path, _ in files:
        for finish in options.finish:
            out = options.folder / f"{name}-{finish}.mp4"
            cells[f"{name} {finish}"] = draw_picture(
                read_picture(path), out, seconds=options.seconds[0], finish=finish
            ).film.last
    sheets.build_sheet(cells, len(options.finish), _FILM_CELL).save(options.folder / "finishes.png")


if __name__ == "__main__":
    sys.exit(main())
