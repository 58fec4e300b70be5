"""Films written frame by frame, judged by what is decoded from them."""

from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.media.encoding.change_hints import has_change_hints
from pipeline.media.rectangle import Rectangle
from pipeline.media.write import Mp4Writer

# At a constant quantizer x264 skips whatever is unchanged; otherwise it may still refine it.
OPTIONS = {"preset": "veryfast", "qp": "18", "bf": "0", "mb_info": "1", "x264-params": "weightp=0:scenecut=0"}
LEFT, RIGHT = (slice(0, 96), slice(0, 64)), (slice(0, 96), slice(96, 160))


def decode_luma(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray()[:96] for frame in container.decode(video=0)])


def write_film(path: Path, changed: list[Rectangle] | None, frames: int = 3) -> np.ndarray:
    """A grey film whose left and right parts turn dark in the second frame, which declares what changed."""
    with Mp4Writer(path, (160, 96), 10, OPTIONS) as writer:
        for plane, value in ((writer.y, 200), (writer.u, 128), (writer.v, 128)):
            plane[...] = value
        writer.write()
        writer.y[LEFT] = writer.y[RIGHT] = 60
        for _ in range(1, frames):
            writer.write(changed=changed)
    return decode_luma(path)


def test_the_installed_pyav_has_change_hints() -> None:
    assert has_change_hints(), "look up the layout of the new version, then extend change_hints.py"


def test_areas_that_are_declared_unchanged_are_not_encoded(tmp_path: Path) -> None:
    luma = write_film(tmp_path / "film.mp4", [Rectangle(0, 0, 64, 96)])
    assert abs(luma[-1][LEFT].astype(int) - 60).max() < 6
    assert abs(luma[-1][RIGHT].astype(int) - 200).max() < 6


def test_everything_may_change_where_nothing_is_declared(tmp_path: Path) -> None:
    luma = write_film(tmp_path / "film.mp4", None)
    assert abs(luma[-1][RIGHT].astype(int) - 60).max() < 6


def test_a_declaration_is_of_one_frame_only(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with Mp4Writer(path, (160, 96), 10, OPTIONS) as writer:
        writer.y[...] = 200
        writer.u[...] = writer.v[...] = 128
        writer.write()
        writer.write(changed=[])
        writer.y[...] = 60
        writer.write()
    luma = decode_luma(path)
    assert abs(luma[1].astype(int) - 200).max() < 6
    assert abs(luma[2].astype(int) - 60).max() < 6


@pytest.mark.parametrize("edge", [Rectangle(150, 90, 160, 96), Rectangle(0, 0, 160, 96), Rectangle(3, 5, 4, 6)])
def test_a_rectangle_may_lie_at_the_edges_of_the_frame(tmp_path: Path, edge: Rectangle) -> None:
    path = tmp_path / "film.mp4"
    with Mp4Writer(path, (160, 96), 10, OPTIONS) as writer:
        writer.y[...] = 200
        writer.u[...] = writer.v[...] = 128
        writer.write(changed=[Rectangle(0, 0, 160, 96)])
        writer.y[edge.to_slices(1)] = 60
        writer.write(changed=[edge])
        writer.write(changed=[])
    area = decode_luma(path)[-1][edge.to_slices(1)]
    assert area.mean() < 130
