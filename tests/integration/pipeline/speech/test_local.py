"""Real speech through the real engine of this machine."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fakes import sample_speech

from models.errors import ErrorCode, RequestRejected
from models.jobs.transcript import Transcript, Word
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits
from pipeline.speech import alignment, local, time_correction, word_timing
from pipeline.speech.audio_reader import LEVEL_SECONDS, WavReader, compute_levels
from pipeline.speech.normalization import normalize_words
from pipeline.speech.whisper.hearing import THREADS, PieceHearing
from pipeline.speech.whisper.model import WhisperModel

TEXT = (
    "It was the best of times, it was the worst of times. It was the age of wisdom, it was the age of foolishness. "
    "It was the epoch of belief,"
)
MEMORY = 1_500_000_000


def nobody(_stage: str, _share: float) -> None:
    """Who does not want to hear how far it is."""


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10.6 s in which TEXT is said."""
    return sample_speech.write_wav(tmp_path_factory.mktemp("cut") / "cut.wav", sample_speech.read_samples(seconds=10.6))


@pytest.fixture(scope="module")
def heard(cut: Path) -> Transcript:
    return local.transcribe(cut, nobody)


def align(path: Path, words: Sequence[Word]) -> list[Word]:
    with WavReader(path) as recording:
        return alignment.align_lines(recording, words)


def refusal(path: Path, sound: np.ndarray) -> ErrorCode:
    with pytest.raises(RequestRejected) as refused:
        local.transcribe(sample_speech.write_wav(path / "sound.wav", sound), nobody)
    return refused.value.code


def onsets(sound: np.ndarray) -> list[float]:
    """Seconds at which it grows loud after 0.25 s of quiet."""
    loud = compute_levels(sound) > 0.01
    return [
        index * LEVEL_SECONDS for index in range(25, len(loud)) if loud[index] and not loud[index - 25 : index].any()
    ]


def test_the_words_are_those_that_are_said(heard: Transcript) -> None:
    assert normalize_words(heard.text) == normalize_words(TEXT)
    assert heard.text.startswith("It was the best of times,")
    assert (heard.language, heard.engine) == ("en", "local")
    assert heard.confidence is not None
    assert heard.confidence > 0.6


def test_only_doubtful_pieces_are_heard_again_and_always_alike(cut: Path) -> None:
    with WavReader(cut) as recording:
        hearing = PieceHearing(recording, "en", ())
        pieces = [(0.0, 5.0), (5.0, 10.6)]
        heard = list(hearing.transcribe_pieces(WhisperModel(THREADS), pieces))
        assert not any(each.is_doubtful for each in heard)
        assert hearing.transcribe_doubtful_again(pieces, heard) == heard
        loop = replace(heard[0], segments=(heard[0].segments[0].model_copy(update={"compression_ratio": 9.0}),))
        once, again = (hearing.transcribe_doubtful_again(pieces, [loop, heard[1]]) for _ in range(2))
    assert once == again
    assert once[0] != loop
    assert normalize_words(once[0].text) == normalize_words(heard[0].text)
    assert once[1] is heard[1]


def test_phrases_start_when_the_voice_sets_in(heard: Transcript) -> None:
    found = onsets(sample_speech.read_samples(seconds=10.6))
    away = [min(abs(word.start - onset) for word in heard.words) for onset in found]
    assert len(found) >= 4
    assert max(away) <= 0.13
    assert np.median(away) <= 0.05


def test_words_run_forward_and_inside_the_recording(heard: Transcript) -> None:
    assert all(before.end <= after.start for before, after in pairwise(heard.words))
    assert all(0.04 <= word.end - word.start < 1.2 for word in heard.words)
    assert 1.0 < heard.words[0].start < 1.3
    assert heard.words[-1].end < 10.6


def test_a_known_text_is_put_on_its_times_and_an_unknown_word_on_its_own(cut: Path, heard: Transcript) -> None:
    spelled = TEXT.replace("foolishness", "foolishnezz").split()
    words = align(cut, word_timing.spread_words(spelled, heard.words[0].start, heard.words[-1].end))
    assert [word.text for word in words] == spelled
    reference = [word.start for word in heard.words]
    assert np.median([abs(word.start - start) for word, start in zip(words, reference, strict=True)]) <= 0.02
    unknown = next(word for word in words if "foolishnezz" in word.text)
    known = next(word for word in heard.words if "foolishness" in word.text)
    assert unknown.start == pytest.approx(known.start, abs=0.1)
    assert unknown.end == pytest.approx(known.end, abs=0.3)


def test_subtitles_with_rough_times_move_to_where_they_are_said(cut: Path, heard: Transcript) -> None:
    rough = [
        *word_timing.spread_words(TEXT.split()[:12], 1.0, 4.7),
        *word_timing.spread_words(TEXT.split()[12:17], 4.9, 6.3),
    ]
    moved = align(cut, rough)
    before = np.abs([word.start - true.start for word, true in zip(rough, heard.words, strict=False)])
    after = np.abs([word.start - true.start for word, true in zip(moved, heard.words, strict=False)])
    assert np.median(before) > 0.08
    assert np.median(after) <= 0.02


def test_the_words_of_a_service_start_when_they_are_said(cut: Path, heard: Transcript) -> None:
    """Words as a service returns them, which begin with the pause before them and are put off by 0.2 s elsewhere."""
    starts = [max(0.0, word.start - 0.2) for word in heard.words]
    words = tuple(
        word.model_copy(update={"start": start, "end": end})
        for word, start, end in zip(heard.words, starts, [*starts[1:], heard.words[-1].end], strict=True)
    )
    spoken = heard.model_copy(update={"engine": "groq", "words": words})
    english = time_correction.correct(cut, spoken)
    assert (english.engine, english.text) == ("groq", heard.text)
    assert max(abs(a.start - b.start) for a, b in zip(english.words, heard.words, strict=True)) <= 0.05
    other = time_correction.correct(cut, spoken.model_copy(update={"language": "pt"}))
    away = [
        min(abs(word.start - onset) for word in other.words)
        for onset in onsets(sample_speech.read_samples(seconds=10.6))
    ]
    assert max(away) <= 0.13


def test_a_name_is_heard_as_the_vocabulary_spells_it_where_noise_hides_it(tmp_path: Path) -> None:
    clean = sample_speech.read_samples(seconds=10.6)
    noise = sample_speech.create_noise(len(clean) / sample_speech.RATE, level=0.02)
    wav = sample_speech.write_wav(tmp_path / "noisy.wav", np.clip(clean + noise.astype(int), -32768, 32767))
    texts = [
        local.transcribe(wav, nobody, language="en", vocabulary=names).text for names in ((), ("Epoch of Belief",))
    ]
    assert ["epoch of belief" in text.lower() for text in texts] == [False, True]


def test_names_that_nobody_says_change_nothing(cut: Path, heard: Transcript) -> None:
    vocabulary = ("Rabisco", "Padaria Aurora", "iFood", "Petrobras")
    assert local.transcribe(cut, nobody, language="en", vocabulary=vocabulary).text == heard.text


@pytest.mark.parametrize("make", [sample_speech.create_silence, sample_speech.create_noise, sample_speech.create_music])
def test_what_is_no_speech_is_refused(tmp_path: Path, make: object) -> None:
    assert callable(make)
    assert refusal(tmp_path, make(5.0)) is ErrorCode.NO_SPEECH


def test_a_recording_of_nothing_is_no_speech(tmp_path: Path) -> None:
    assert refusal(tmp_path, sample_speech.create_silence(0)) is ErrorCode.NO_SPEECH


@pytest.mark.parametrize("garble", ["reversed", "drowned"])
def test_speech_that_cannot_be_understood_is_refused_and_not_guessed(tmp_path: Path, garble: str) -> None:
    sound = sample_speech.read_samples(sample_speech.BECKETT)
    garbled = {
        "reversed": sound[::-1].copy(),
        "drowned": (sound * 0.5 + sample_speech.create_noise(len(sound) / sample_speech.RATE, level=0.1)).astype(
            np.int16
        ),
    }[garble]
    assert refusal(tmp_path, garbled) in {
        ErrorCode.SPEECH_UNCLEAR,
        ErrorCode.LANGUAGE_UNCLEAR,
        ErrorCode.NO_SPEECH,
    }


def test_a_longer_recording_is_heard_piece_by_piece_within_the_memory_of_a_child(tmp_path: Path) -> None:
    """A process of its own, so that the limit holds from its start; progress must move and end at 1."""
    sound = np.concatenate(
        [
            sample_speech.read_samples(sample_speech.BECKETT),
            sample_speech.create_silence(3),
            sample_speech.read_samples(seconds=12.0),
        ]
    )
    path = sample_speech.write_wav(tmp_path / "long.wav", sound)
    script = (
        "import resource, sys; from pathlib import Path; from pipeline.speech import local\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))\n"
        "shares = []\n"
        "found = local.transcribe(Path(sys.argv[1]), lambda stage, share: shares.append(share))\n"
        "assert shares == sorted(shares) and len(shares) >= 3 and shares[-1] == 1.0, shares\n"
        # not getrusage: its peak counts the process this one was forked from
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(peak.split()[1], found.text)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    kilobytes, text = done.stdout.split(" ", 1)
    assert int(kilobytes) < 700_000
    words = " ".join(re.findall(r"[a-z]+", text.lower()))  # where sentences end differs between processors
    assert "fail again fail better" in words
    assert "the age of wisdom" in words
    assert not done.stderr


@pytest.fixture(scope="module")
def children() -> Iterator[SandboxClient]:
    with SandboxClient() as started:
        yield started


def test_a_spoken_video_is_heard_inside_the_sandbox(tmp_path: Path, children: SandboxClient) -> None:
    film = sample_speech.write_spoken_video(tmp_path / "film.mp4", seconds=5.0, size=(128, 72), fps=10)
    room = tmp_path / "room"
    room.mkdir()
    allowance = ResourceLimits.for_media(5.0)
    wav = room / "sound.wav"
    sound = children.run(
        "pipeline.speech.preparation:prepare",
        {"media": film, "wav": wav},
        directory=room,
        limits=allowance,
    )
    found = children.run("pipeline.speech.local:transcribe", {"wav": wav}, directory=room, limits=allowance)
    assert sound.seconds == pytest.approx(5.0, abs=0.1)
    assert len(sound.loudness) == pytest.approx(50, abs=1)
    assert -40 < max(sound.loudness) < 0
    assert isinstance(found, Transcript)
    assert normalize_words(found.text) == normalize_words(TEXT)[:12]
    assert found.words[0].start == pytest.approx(1.17, abs=0.1)
