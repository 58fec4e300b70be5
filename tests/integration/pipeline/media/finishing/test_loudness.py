"""Sound whose peaks are far above its loudness becomes as loud as other sound; the meter is an independent one."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from fakes import voices
from fakes.loudness_meter import RATE, Sound, compute_loudness, compute_true_peak, read_sound

from pipeline.media.finishing.loudness import adjust_loudness

SECONDS = 6


def talk(level: float = 1.0) -> Sound:
    """Phrases of two voices with pauses."""
    random = np.random.default_rng(5)
    pieces, count = list[Sound](), 0
    while count < SECONDS * voices.RATE:
        phrase = voices.speak(random.uniform(0.2, 0.9), random.choice([105, 190]), seed=len(pieces) + 1) / 32768
        pieces += [phrase * random.uniform(0.35, 1) * np.hanning(len(phrase)) ** 0.5, np.zeros(voices.RATE // 4)]
        count += len(pieces[-2]) + len(pieces[-1])
    sound = np.concatenate(pieces) + random.normal(0, 0.001, count)
    times = np.arange(SECONDS * RATE) / RATE
    return np.interp(times, np.arange(count) / voices.RATE, sound)[None] * level


def play(seed: int = 2) -> Sound:
    """Notes, a bass drum, a snare and a hi-hat, in stereo."""
    random, times = np.random.default_rng(seed), np.arange(SECONDS * RATE) / RATE
    sound = np.zeros_like(times)
    for beat, start in enumerate(np.arange(0, SECONDS, 0.25)):
        since = times[times >= start] - start
        tone = 0.3 * np.sin(2 * np.pi * 220 * 2 ** (random.choice([0, 3, 5, 7, 10]) / 12) * since) * np.exp(-4 * since)
        drum = 0.8 * np.sin(2 * np.pi * (50 + 60 * np.exp(-30 * since)) * since) * np.exp(-12 * since)
        snare = 0.9 * random.normal(0, 1, len(since)) * np.exp(-25 * since)
        hat = 0.15 * random.normal(0, 1, len(since)) * np.exp(-80 * since)
        sound[-len(since) :] += tone + hat + drum * (beat % 2 == 0) + snare * (beat % 4 == 2)
    return np.stack([sound, 0.9 * np.roll(sound, 40)])


def clap(every: float, decay: float = 0.012) -> Sound:
    """Claps: noise between 600 and 2500 Hz that dies away in `decay` seconds."""
    random, sound = np.random.default_rng(1), np.zeros((1, SECONDS * RATE))
    count = RATE // 6
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    band = hertz / (hertz + 600) / np.sqrt(1 + (hertz / 2500) ** 4)
    for start in np.arange(0.3, SECONDS - 0.3, every):
        noise = random.normal(0, 1, count) * np.exp(-np.arange(count) / RATE / decay)
        one = np.fft.irfft(np.fft.rfft(noise) * band, count)
        sound[:, round(start * RATE) :][:, :count] += one / np.abs(one).max()
    return sound


def add_peaks(sound: Sound, peaks: Sound, decibels: float) -> Sound:
    """The sound with peaks so high that the highest is so much above the loudness of all."""
    low, high = 0.01, 100.0
    for _ in range(14):
        middle = (low * high) ** 0.5
        mixed = sound + middle * peaks
        is_higher = 20 * np.log10(np.abs(mixed).max()) - compute_loudness(mixed) > decibels
        low, high = (low, middle) if is_higher else (middle, high)
    return mixed / np.abs(mixed).max() * 0.95


def write_sound(path: Path, sound: Sound, bit_rate: int) -> Path:
    layout = {1: "mono", 2: "stereo"}[len(sound)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=RATE, layout=layout, bit_rate=bit_rate)
        for start in range(0, sound.shape[1], 1024):
            block = np.ascontiguousarray(sound[:, start : start + 1024], np.float32)
            frame = av.AudioFrame.from_ndarray(block, "fltp", layout)
            frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def normalise(folder: Path, sound: Sound, bit_rate: int) -> Sound:
    """The sound as it is heard at last; below 128 kb/s it may not grow."""
    spare_bytes = None if bit_rate == 128_000 else 0
    source = write_sound(folder / "x.mp4", sound, bit_rate)
    out = adjust_loudness(source, folder / "out.mp4", spare_bytes)
    assert out is not None
    with av.open(str(out)) as container:
        assert spare_bytes is None or container.streams.audio[0].bit_rate <= 1.15 * bit_rate
    return read_sound(out)


SOUNDS = {
    "speech": talk,
    "speech with claps, peaks at 22 dB": lambda: add_peaks(talk(), clap(0.75), 22),
    "quiet speech with long claps": lambda: add_peaks(talk(0.1), clap(1.3, 0.03), 20),
    "music": play,
    "music, peaks at 22 dB": lambda: add_peaks(play(), clap(0.5, 0.005), 22),
}


@pytest.mark.parametrize("bit_rate", [32_000, 48_000, 64_000, 128_000])
@pytest.mark.parametrize("name", SOUNDS)
def test_sound_is_brought_to_the_loudness_at_any_bit_rate(tmp_path: Path, name: str, bit_rate: int) -> None:
    heard = normalise(tmp_path, SOUNDS[name](), bit_rate)
    assert compute_loudness(heard) == pytest.approx(-14, abs=0.5)
    assert compute_true_peak(heard) <= -1 + 0.05  # what two meters differ by


def test_speech_with_short_claps_of_24_decibels_is_brought_to_the_loudness(tmp_path: Path) -> None:
    heard = normalise(tmp_path, add_peaks(talk(), clap(0.4, 0.004), 24), 64_000)
    assert compute_loudness(heard) == pytest.approx(-14, abs=0.5)
    assert compute_true_peak(heard) <= -1 + 0.05


def test_speech_with_rare_claps_of_26_decibels_is_brought_to_the_loudness(tmp_path: Path) -> None:
    heard = normalise(tmp_path, add_peaks(talk(), clap(2.5), 26), 128_000)
    assert compute_loudness(heard) == pytest.approx(-14, abs=0.5)
    assert compute_true_peak(heard) <= -1 + 0.05


def test_claps_do_not_turn_down_what_is_beside_them(tmp_path: Path) -> None:
    noise = np.random.default_rng(4).normal(0, 0.02, (1, SECONDS * RATE))
    heard = normalise(tmp_path, add_peaks(noise, clap(0.75, 0.005), 22), 128_000)
    starts = np.round(np.arange(0.3, SECONDS - 0.6, 0.75) * RATE).astype(int)

    def measure(begin: float, end: float) -> float:
        """Level in dB between two times after a clap's begin, in seconds."""
        pieces = [heard[0, start + round(begin * RATE) : start + round(end * RATE)] for start in starts]
        return float(10 * np.log10(np.mean(np.square(pieces))))

    far = measure(0.45, 0.65)
    assert measure(-0.06, -0.02) == pytest.approx(far, abs=1.0)
    assert measure(0.05, 0.09) == pytest.approx(far, abs=1.0)
    assert measure(0.15, 0.2) == pytest.approx(far, abs=1.0)
