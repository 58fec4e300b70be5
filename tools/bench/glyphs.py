"""What letters cost: `python -m tools.bench.glyphs`.

The first word of a process, a thousand words, and all that is done for captions beside a plain transcode of the same
film, by script. The last is a profile of the work alone: what the encoder needs more for the edges of letters is not in
it (`python -m tools.bench.captions` has that).
"""

import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import Final, TypeVar

import av
from rich.console import Console
from rich.table import Table

from models.captions.fonts import list_families
from models.jobs.film import EncodingOptions, X264Preset
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Word
from pipeline.captions.composition import build_caption_painter
from pipeline.captions.editing.film_painter import FilmText
from pipeline.captions.scripts import split_clusters
from pipeline.captions.text_shaping import measure_text, render_masks
from pipeline.media.encoding.planes import planes_of
from pipeline.media.overlay import BT709
from pipeline.media.transcode import Canvas
from tools.bench.captions import film, floor_transcode
from tools.previews.sentences import SENTENCES, list_words

SIZE: Final = (1080, 1920)
SECONDS: Final = 10  # of film
FPS: Final = 30
PIXELS: Final = 92  # per em, as of the style "classic" in such films
STROKE: Final = 7.0
COUNT: Final = 1000  # words
_Measured = TypeVar("_Measured")
_EMOJI: Final = "emoji"
_STYLES: Final = ("classic", "minimal")  # with fonts of both weights


def main() -> int:
    table = Table("script", "first word, ms", f"{COUNT} words: shaped, ms", "drawn, ms", "captions of 1 s of film, ms")
    for language in (*SENTENCES, _EMOJI):
        shaped, drawn = _measure_in_process(measure_words, language)
        film_costs = [] if language == _EMOJI else [_measure_in_process(paint_film, language, each) for each in _STYLES]
        paint = ", ".join(
            f"{style} {1000 * cost / SECONDS:.1f}" for style, cost in zip(_STYLES, film_costs, strict=False)
        )
        table.add_row(
            language, f"{_measure_in_process(draw_first, language):.1f}", f"{shaped:.0f}", f"{drawn:.0f}", paint
        )
    Console(width=120).print(table)
    with tempfile.TemporaryDirectory() as folder:
        for preset, seconds in measure_floors(Path(folder)).items():
            Console().print(f"plain transcode of 1 s, {preset}: {1000 * seconds:.0f} ms of processor")
    return 0


def draw_first(language: str) -> float:
    """Milliseconds until the first word is drawn: fonts are opened."""
    return _time_draw(_list_texts(language)[:1], language)


def measure_words(language: str) -> tuple[float, float]:
    """Milliseconds in which a thousand different words are measured, and then drawn."""
    draw_first(language)
    texts = list(islice(_combine_letters(_list_texts(language)), COUNT))
    begun = time.process_time()
    for text in texts:
        measure_text(text, list_families("Montserrat", language), PIXELS)
    return 1000 * (time.process_time() - begun), _time_draw(texts, language)


def paint_film(language: str, style: str) -> float:
    """Processor seconds of laying out, painting and blending the captions of a film."""
    words, options = list(_repeat_words(language)), CaptionOptions(style=style)
    frame = av.VideoFrame(*SIZE, "yuv420p")
    begun = time.process_time()
    painter = build_caption_painter(FilmText(words, language), options, Canvas(*SIZE, FPS, BT709, SECONDS))
    for number in range(SECONDS * FPS):
        for overlay in painter(number / FPS):
            overlay.blend(*planes_of(frame))
    return time.process_time() - begun


def measure_floors(folder: Path) -> dict[str, float]:
    """Processor seconds of a plain transcode of one second, by preset."""
    source = folder / "source.mp4"
    film(source, SIZE, SECONDS)
    presets = (X264Preset.VERYFAST, X264Preset.ULTRAFAST)
    return {preset.value: _measure_in_process(_transcode, str(source), preset.value) / SECONDS for preset in presets}


def _transcode(source: str, preset: str) -> float:
    begun = time.process_time()
    floor_transcode(Path(source), Path(source).with_name("plain.mp4"), EncodingOptions(preset=X264Preset(preset)))
    return time.process_time() - begun


def _measure_in_process(work: Callable[..., _Measured], *arguments: str) -> _Measured:
    """What is measured in a process of its own, in which nothing is loaded yet."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _time_draw(texts: Sequence[str], language: str) -> float:
    begun = time.process_time()
    for text in texts:
        render_masks(text, list_families("Montserrat", language), PIXELS, STROKE)
    return 1000 * (time.process_time() - begun)


def _list_texts(language: str) -> list[str]:
    return ["👍🏽", "👩‍👩‍👧", "🇧🇷", "❤️", "🔥"] if language == _EMOJI else [word.text for word in list_words(language)]


def _combine_letters(texts: Sequence[str]) -> Iterator[str]:
    """Words of letters in an order of chance, as long as those of a sentence."""
    chance, letters = random.Random(4), [letter for text in texts for letter in split_clusters(text)]
    for text in cycle(texts):
        yield "".join(chance.choices(letters, k=len(split_clusters(text))))


def _repeat_words(language: str) -> Iterator[Word]:
    """The words of a sentence again and again, until the film ends."""
    words, now = list_words(language), 0.0
    for word in cycle(words):
        if now > SECONDS - 1:
            return
        yield Word(text=word.text, start=now, end=now + 0.9 * (word.end - word.start))
        now += word.end - word.start + 0.02


if __name__ == "__main__":
    sys.exit(main())
