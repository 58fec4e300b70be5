"""Pictures as arrays."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from fakes import sample_files
from PIL import Image

from models.errors import ErrorCode, RequestRejected
from pipeline.media.pictures import jpeg_markers, reader


def read_picture(path: Path, max_side: int = 4096) -> npt.NDArray[np.uint8]:
    return reader.read_picture(path, max_side).pixels


def difference(image: npt.NDArray[np.uint8], other: Image.Image) -> float:
    """The mean distance of two pictures of one size, in steps of 255."""
    return float(np.abs(image.astype(int) - np.asarray(other.convert("RGB")).astype(int)).mean())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_as_its_camera_says(tmp_path: Path, orientation: int) -> None:
    image = read_picture(sample_files.write_oriented_jpeg(tmp_path / "photo.jpg", orientation))
    assert image.shape == (160, 240, 3)
    assert difference(image, sample_files.draw_picture()) < 4


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "heic", "avif", "bmp", "tiff"])
def test_every_format_shows_the_same_picture(tmp_path: Path, suffix: str) -> None:
    image = read_picture(sample_files.write_picture(tmp_path / f"picture.{suffix}"))
    assert image.dtype == np.uint8
    assert image.flags.writeable
    assert difference(image, sample_files.draw_picture()) < 6


@pytest.mark.parametrize(
    ("name", "mode"),
    [("x.jpg", "CMYK"), ("x.tiff", "CMYK"), ("x.png", "P"), ("x.png", "L"), ("x.png", "LA"), ("x.png", "1")],
)
def test_every_way_to_store_colour_is_read(tmp_path: Path, name: str, mode: str) -> None:
    image = read_picture(sample_files.write_picture(tmp_path / name, mode=mode))
    assert difference(image, sample_files.draw_picture().convert(mode)) < 6


@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_what_is_transparent_is_white(tmp_path: Path, suffix: str) -> None:
    image = read_picture(sample_files.write_transparent_picture(tmp_path / f"disc.{suffix}"))
    assert tuple(image[0, 0]) == (255, 255, 255)
    assert image[40, 60, 0] > 200
    assert image[40, 60, 1] < 60


def test_a_palette_s_transparent_colour_is_white(tmp_path: Path) -> None:
    path = tmp_path / "half.gif"
    image = Image.new("P", (64, 64), 7)
    image.paste(9, (32, 0, 64, 64))
    image.save(path, transparency=7)
    picture = read_picture(path)
    assert (picture[:, :32] == 255).all()
    assert (picture[:, 32:] < 250).any()


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits_of_grey_keep_their_steps(tmp_path: Path, suffix: str) -> None:
    row = read_picture(sample_files.write_16_bit_grey(tmp_path / f"grey.{suffix}"))[0, :, 0].astype(int)
    assert (row[0], row[-1]) == (0, 255)
    assert row[64] == pytest.approx(128, abs=2)


def test_a_deep_picture_stands_as_its_camera_says(tmp_path: Path) -> None:
    assert read_picture(sample_files.write_16_bit_grey(tmp_path / "grey.png", orientation=6)).shape == (128, 64, 3)


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_of_an_animation_that_shows_the_same_throughout_the_first_frame_is_read(tmp_path: Path, suffix: str) -> None:
    assert (
        difference(
            read_picture(sample_files.write_animated_picture(tmp_path / f"moving.{suffix}")),
            sample_files.draw_picture((96, 64)),
        )
        < 8
    )


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_large_picture_is_shrunk_keeping_its_shape(tmp_path: Path, suffix: str) -> None:
    image = read_picture(sample_files.write_picture(tmp_path / f"large.{suffix}", size=(1200, 800)), max_side=300)
    assert image.shape == (200, 300, 3)
    assert difference(image, sample_files.draw_picture((1200, 800)).resize((300, 200))) < 6


def test_colours_of_another_profile_are_turned_into_srgb(tmp_path: Path) -> None:
    red, _, blue = read_picture(sample_files.write_swapped_colour_profile(tmp_path / "x.png"))[0, 0]
    assert red < 60
    assert blue > 200


def test_a_broken_profile_changes_nothing(tmp_path: Path) -> None:
    path = sample_files.write_picture(tmp_path / "x.png", icc_profile=b"no profile at all")
    assert difference(read_picture(path), sample_files.draw_picture()) == 0


def test_a_film_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(RequestRejected) as caught:
        read_picture(sample_files.write_silent_film(tmp_path / "film.mp4"))
    assert caught.value.code is ErrorCode.NO_PICTURE


def test_half_a_picture_is_broken(tmp_path: Path) -> None:
    with pytest.raises(RequestRejected) as caught:
        read_picture(
            sample_files.write_truncated(tmp_path / "half.png", sample_files.write_picture(tmp_path / "whole.png"))
        )
    assert caught.value.code is ErrorCode.BROKEN_FILE


def with_scans(path: Path, more: int) -> Path:
    """A progressive JPEG whose last scan comes `more` times again: each is a pass over all its pixels."""
    whole = sample_files.write_picture(path, progressive=True).read_bytes()
    last = whole[whole.rindex(b"\xff\xda") : -2]
    path.write_bytes(whole[:-2] + last * more + whole[-2:])
    return path


def test_a_jpeg_of_endless_scans_is_too_heavy(tmp_path: Path) -> None:
    with pytest.raises(RequestRejected) as caught:
        read_picture(with_scans(tmp_path / "x.jpg", jpeg_markers.MAX_SCANS))
    assert caught.value.code is ErrorCode.TOO_HEAVY


def test_a_progressive_jpeg_is_read_whatever_lies_behind_its_end(tmp_path: Path) -> None:
    """A phone's moving photo carries a film there, whose bytes look like anything."""
    path = with_scans(tmp_path / "x.jpg", 2)
    path.write_bytes(path.read_bytes() + b"\xff\xda\0\2" * 2 * jpeg_markers.MAX_SCANS)
    assert difference(read_picture(path), sample_files.draw_picture()) < 6
