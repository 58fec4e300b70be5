"""The studio: from files to files, with the same engines as the workers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes.world.staged_sandbox import (
    CAPTION,
    DRAW,
    LISTEN,
    TRANSCRIPT,
    StagedCall,
    StagedSandbox,
    build_raiser,
    build_returner,
    create_film,
)

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.film import Film
from models.jobs.options import CaptionOptions, SketchOptions, TranscriptOptions
from models.media.facts import MediaInfo, MediaKind
from pipeline.jobs.local_renderer import LocalRenderer, write_transcript
from pipeline.progress import ProgressCallback
from pipeline.speech.transcription import Transcriber

MEASURE = "pipeline.media.probe:measure"
PICTURE = MediaInfo(MediaKind.IMAGE, "png", 5, 640, 360)
VIDEO = MediaInfo(MediaKind.VIDEO, "mp4", 5, 640, 360, 20.0, 25.0, has_audio=True)


class Bench:
    """A studio whose children are staged, and a file of five bytes."""

    def __init__(self, folder: Path, facts: MediaInfo) -> None:
        self.children = StagedSandbox()
        self.children.stage(MEASURE, build_returner(facts))
        self.studio = LocalRenderer(self.children, Transcriber(None))
        self.source = folder / "source"
        self.source.write_bytes(b"bytes")
        self.out = folder / "out.mp4"
        self.told: list[tuple[str, float]] = []

    @property
    def progress(self) -> ProgressCallback:
        return lambda stage, share: self.told.append((stage, round(share, 3)))


def with_record(name: str) -> Any:
    def act(run: StagedCall) -> Film:
        Path(run.arguments[name]).write_text("{}")
        return create_film(run)

    return act


def test_a_drawing_lies_where_it_was_asked_for_with_its_track(tmp_path: Path) -> None:
    bench = Bench(tmp_path, PICTURE)
    bench.children.stage(DRAW, with_record("track"))
    track = tmp_path / "track.json"
    bench.studio.render(bench.source, bench.out, SketchOptions(), bench.progress, extra_outputs={"track": track})
    assert bench.out.read_bytes().startswith(b"film ")
    assert track.read_text() == "{}"
    assert bench.told == [("drawing", 0.0), ("drawing", 0.5), ("drawing", 1.0)]


def test_captions_of_given_words_need_no_hearing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, VIDEO)
    bench.children.stage(CAPTION, with_record("layout"))
    layout = tmp_path / "layout.json"
    bench.studio.render(
        bench.source,
        bench.out,
        CaptionOptions(),
        bench.progress,
        transcript=TRANSCRIPT,
        extra_outputs={"layout": layout},
    )
    assert bench.children.tasks == [MEASURE, CAPTION]
    assert layout.exists()


def test_captions_of_heard_words_tell_of_the_listening_first(tmp_path: Path) -> None:
    bench = Bench(tmp_path, VIDEO)
    bench.studio.render(bench.source, bench.out, CaptionOptions(language="en"), bench.progress)
    stages = [stage for stage, _ in bench.told]
    shares = [share for _, share in bench.told]
    assert (stages[0], stages[-1]) == ("listening", "captioning")
    assert shares[-1] == 1.0
    assert shares == sorted(shares)


def test_words_are_written_down_without_a_film(tmp_path: Path) -> None:
    bench = Bench(tmp_path, VIDEO)
    made = bench.studio.render(bench.source, None, TranscriptOptions(language="en"), bench.progress)
    assert made.transcript == TRANSCRIPT
    assert bench.children.tasks[-1] == LISTEN
    assert not bench.out.exists()


@pytest.mark.parametrize(
    ("facts", "make", "code"),
    [
        (VIDEO, "sketch", ErrorCode.NOT_MEDIA),
        (PICTURE, "caption", ErrorCode.NO_PICTURE),
        (PICTURE, "transcribe", ErrorCode.NO_AUDIO),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused_before_any_work(
    tmp_path: Path, facts: MediaInfo, make: str, code: ErrorCode
) -> None:
    bench = Bench(tmp_path, facts)
    makers: dict[str, Callable[[], object]] = {
        "sketch": lambda: bench.studio.render(bench.source, bench.out, SketchOptions(), bench.progress),
        "caption": lambda: bench.studio.render(bench.source, bench.out, CaptionOptions(), bench.progress),
        "transcribe": lambda: bench.studio.render(bench.source, None, TranscriptOptions(), bench.progress),
    }
    with pytest.raises(RequestRejected) as refused:
        makers[make]()
    assert refused.value.code is code
    assert bench.children.tasks == [MEASURE]


def test_a_failure_leaves_no_half_film(tmp_path: Path) -> None:
    bench = Bench(tmp_path, PICTURE)
    bench.children.stage(DRAW, build_raiser(ProcessingFailed(ErrorCode.CRASHED)))
    with pytest.raises(ProcessingFailed):
        bench.studio.render(bench.source, bench.out, SketchOptions(), bench.progress)
    assert not bench.out.exists()


def test_words_are_written_in_the_form_their_file_asks_for(tmp_path: Path) -> None:
    write_transcript(TRANSCRIPT, tmp_path / "words.srt")
    assert "00:00:00,200 --> 00:00:00,600" in (tmp_path / "words.srt").read_text("utf-8")
    with pytest.raises(RequestRejected) as refused:
        write_transcript(TRANSCRIPT, tmp_path / "words.docx")
    assert refused.value.code is ErrorCode.USAGE


def test_several_pictures_are_the_inputs_of_one_drawing_in_their_order(tmp_path: Path) -> None:
    bench = Bench(tmp_path, PICTURE)
    other = tmp_path / "a-second.png"
    other.write_bytes(bench.source.read_bytes())
    bench.children.stage(MEASURE, build_returner(PICTURE))
    drawn: list[object] = []

    def draw(run: StagedCall) -> Film:
        drawn.extend(run.arguments["inputs"])
        return create_film(run)

    bench.children.stage(DRAW, draw)
    bench.studio.render([bench.source, other], bench.out, SketchOptions(), bench.progress)
    assert [Path(str(path)).name for path in drawn] == [bench.source.name, other.name]
