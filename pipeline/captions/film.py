"""Entry point of the caption engine: renders a video with its words as captions."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from models.captions.fonts import list_families
from models.captions.style import CaptionStyle
from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.film import Film
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Transcript, Translation, Word
from models.media.facts import SOUND_NAME
from pipeline.captions.composition import build_caption_painter, resolve_style
from pipeline.captions.editing.cut_words import cut_lines
from pipeline.captions.editing.edit_planning import plan_edit
from pipeline.captions.editing.film_painter import FilmText
from pipeline.captions.editing.film_subtitles import list_tracks, write_files
from pipeline.captions.emphasis import mask_profanity, prepare_lines, prepare_texts
from pipeline.captions.text_shaping import keep_drawable
from pipeline.media.editing.cut_list import CutList
from pipeline.media.finishing.film_finish import Finish, finish_film
from pipeline.media.streams.source import read_film_start
from pipeline.media.transcode import Canvas, Painter, transcode
from pipeline.progress import ProgressCallback
from pipeline.vision.film_faces import FilmFaces, find_film_faces


def make(
    video: Path,
    words: Sequence[Word],
    out: Path,
    options: CaptionOptions,
    progress: ProgressCallback,
    *,
    language: str = "en",
    spoken: Transcript | None = None,
    layout: Path | None = None,
    logo: Path | None = None,
    translation: Translation | None = None,
    subtitles: Sequence[Path] = (),
) -> Film:
    """Write `out` (MP4), its thumbnail beside it (.jpg) and, if given, LAYOUT.json to `layout` and the captions to
    `subtitles`, in the formats of their suffixes. The lines of a translation stand below the words.

    Word times count from the start of the media (the earliest of its streams). `spoken` is what is said in the video,
    where `words` are a translation; `logo` is the picture of `options.logo` and of the end card. Raises
    RequestRejected: NO_SPEECH if there are no words, SCRIPT_NOT_DRAWN if the fonts draw no word or under half of the
    letters; and what `transcode` raises.
    """
    _check_texts(words, translation, resolve_style(options), language)
    said = spoken or Transcript(language=language, words=tuple(words))
    edited = plan_edit(video, words, said, options, out.with_name(SOUND_NAME))
    shown = prepare_texts(edited.words, options, language)
    options = _mask_title(options, language)
    moved = cut_lines(prepare_lines(translation, options), edited.edit.cuts) if translation else None

    text = FilmText(shown, language, logo, moved)
    search_faces = cache(partial(_find_faces, video, edited.edit.cuts))  # a film that is encoded again has the same

    def build_painter(canvas: Canvas) -> Painter:
        return build_caption_painter(text, options, canvas, layout=layout, search_faces=search_faces)

    film_start = read_film_start(video)
    write_files(text, film_start, subtitles)
    finish = _plan_finish(text, film_start, options)
    encoding = options.encoding.model_copy(update={"max_bytes": finish.reserve_bytes()})
    film = finish_film(transcode(video, out, build_painter, encoding, progress, edited.edit), finish)
    _check_size(film, options.encoding.max_bytes)
    return replace(film, cuts=edited.edit.cuts.to_seconds())


def _mask_title(options: CaptionOptions, language: str) -> CaptionOptions:
    """The options with profanity masked in the given title too, where they ask for that."""
    if options.profanity != "mask":
        return options
    language = options.resolve_language(language)
    title = " ".join(mask_profanity(word, language) for word in options.title_text.split())
    return options.model_copy(update={"title_text": title})


def _check_size(film: Film, max_bytes: int | None) -> None:
    if max_bytes is not None and film.size > max_bytes:
        raise ProcessingFailed(ErrorCode.FILM_TOO_BIG, limit=round(max_bytes / 1e6, 1))


def _plan_finish(text: FilmText, film_start: float, options: CaptionOptions) -> Finish:
    """What is done to the film once its picture is encoded."""
    tracks = list_tracks(text, film_start) if options.subtitle_track else []
    return Finish(tracks, options.normalise_loudness, options.encoding.max_bytes)


def _find_faces(video: Path, cuts: CutList, frame: tuple[int, int], rows: tuple[float, float]) -> FilmFaces:
    """The faces of a video at their times in the film."""
    return find_film_faces(video, frame, rows).map_times(cuts.map_seconds)


def _check_texts(words: Sequence[Word], translation: Translation | None, style: CaptionStyle, language: str) -> None:
    _check_drawable([word.text for word in words], style, language)
    if translation:
        _check_drawable([line.text for line in translation.lines], style, translation.language)


def _check_drawable(texts: Sequence[str], style: CaptionStyle, language: str) -> None:
    families = list_families(style.font.family, language)
    letters = "".join(c for text in texts for c in text if c.isalpha())
    drawable_letters = keep_drawable(letters, families)
    if not texts:
        raise RequestRejected(ErrorCode.NO_SPEECH)
    if len(drawable_letters) < len(letters) / 2 or not any(keep_drawable(text, families).strip() for text in texts):
        raise RequestRejected(ErrorCode.SCRIPT_NOT_DRAWN, language=language)
