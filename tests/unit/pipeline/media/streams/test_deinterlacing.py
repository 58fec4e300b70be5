"""Frames on their way through the filter: none is lost, whatever they are like."""

from fractions import Fraction
from pathlib import Path

import av
import pytest
from fakes import sample_containers

from pipeline.media.streams.deinterlacing import Deinterlacer


def decode(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def blank_frame(pts: int, width: int, height: int, pixel_format: str = "yuv420p") -> av.VideoFrame:
    frame = av.VideoFrame(width, height, pixel_format)
    frame.pts, frame.time_base = pts, Fraction(1, 90_000)
    return frame


def test_whole_pictures_are_not_touched() -> None:
    frame = blank_frame(0, 160, 120)
    assert list(Deinterlacer().filter_frame(frame)) == [frame]


def test_every_frame_of_fields_comes_out_with_its_time(tmp_path: Path) -> None:
    frames = decode(sample_containers.write_interlaced(tmp_path / "x.ts"))
    assert all(frame.interlaced_frame for frame in frames)
    deinterlacer = Deinterlacer()
    out = [whole for frame in frames for whole in deinterlacer.filter_frame(frame)]
    out += deinterlacer.flush()
    assert [(frame.pts, frame.time_base) for frame in out] == [(frame.pts, frame.time_base) for frame in frames]
    assert not any(frame.interlaced_frame for frame in out)


@pytest.mark.parametrize("shape", [(2, 2, "yuv420p"), (320, 240, "yuv422p"), (161, 121, "rgb24"), (160, 120, "pal8")])
def test_a_shape_that_changes_midway_loses_no_frame(tmp_path: Path, shape: tuple[int, int, str]) -> None:
    frames = decode(sample_containers.write_interlaced(tmp_path / "x.ts", count=3))
    later = [blank_frame(frames[-1].pts + 3600 * number, *shape) for number in (1, 2)]
    deinterlacer = Deinterlacer()
    out = [whole for frame in [*frames, *later] for whole in deinterlacer.filter_frame(frame)]
    out += deinterlacer.flush()
    assert [frame.pts for frame in out] == [frame.pts for frame in [*frames, *later]]
    assert [(frame.width, frame.height) for frame in out[3:]] == [shape[:2]] * 2
