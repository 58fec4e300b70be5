"""Pictures that look right although their files are unusual."""

import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes import hdr_pictures, odd_pictures, sample_files
from fakes.sample_files import draw_picture
from numpy.typing import NDArray
from PIL import Image, ImageCms

from models.errors import ErrorCode, RequestRejected
from pipeline.media.pictures.picture import WHITE_LEVEL
from pipeline.media.pictures.reader import read_picture
from pipeline.media.probe import measure

WRITERS = {"png": hdr_pictures.write_cicp_png, "heic": hdr_pictures.write_heic, "avif": hdr_pictures.write_avif}


def difference(pixels: NDArray[np.uint8], other: Image.Image | None = None) -> float:
    """The mean distance to a picture of the same size, in steps of 255."""
    expected = np.asarray((other or draw_picture()).convert("RGB")).astype(int)
    return float(np.abs(pixels.astype(int) - expected).mean())


def refusal(path: Path) -> ErrorCode:
    with pytest.raises(RequestRejected) as caught:
        measure(path)
    return caught.value.code


# what lies beside the pixels


@pytest.mark.parametrize(
    "chunk",
    [
        (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(9_000_000))),
        (b"iTXt", b"XML\0\1\0\0\0" + zlib.compress(b" " * 9_000_000)),
        (b"iCCP", b"huge\0\0" + zlib.compress(bytes(40_000_000))),
        (b"iCCP", b"unknown\0\1" + b"no profile"),
        (b"tEXt", b"Comment\0" + b"x" * 3_000_000),
        (b"prVt", b"anything"),
    ],
)
def test_a_png_is_read_whatever_lies_beside_its_pixels(tmp_path: Path, chunk: tuple[bytes, bytes]) -> None:
    path = sample_files.write_picture(tmp_path / "x.png")
    path.write_bytes(odd_pictures.add_chunks(path.read_bytes(), chunk))
    assert difference(read_picture(path).pixels) == 0


def test_text_with_a_wrong_checksum_is_passed_over(tmp_path: Path) -> None:
    path = sample_files.write_picture(tmp_path / "x.png")
    marked = odd_pictures.add_chunks(path.read_bytes(), (b"tEXt", b"Comment\0hello"))
    path.write_bytes(marked.replace(b"hello", b"jello"))
    assert difference(read_picture(path).pixels) == 0


def test_a_large_profile_is_still_used(tmp_path: Path) -> None:
    """Profiles with tables for printers have megabytes."""
    path = sample_files.write_swapped_colour_profile(tmp_path / "x.png")
    profile = bytearray(Image.open(path).info["icc_profile"] + np.random.default_rng(1).bytes(3_000_000))
    profile[:4] = len(profile).to_bytes(4, "big")
    Image.open(path).save(path, icc_profile=bytes(profile))
    red, _, blue = read_picture(path).pixels[0, 0]
    assert blue > 200 > red


# files cut short


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_end_marker_is_complete(tmp_path: Path, progressive: bool) -> None:
    path = sample_files.write_picture(tmp_path / "x.jpg", progressive=progressive)
    path.write_bytes(path.read_bytes()[:-2])
    assert read_picture(path).pixels.shape == (160, 240, 3)
    assert difference(read_picture(path).pixels) < 6


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_without_its_last_rows_is_read_up_to_them(tmp_path: Path, mode: str) -> None:
    path = sample_files.write_picture(tmp_path / "x.jpg", mode=mode, size=(480, 320), quality=95)
    path.write_bytes(path.read_bytes()[: -len(path.read_bytes()) // 10])
    pixels = read_picture(path).pixels
    assert 240 < len(pixels) < 320
    whole = draw_picture((480, 320)).convert(mode)
    assert difference(pixels, whole.crop((0, 0, 480, len(pixels)))) < 6
    assert measure(path).width == 480


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff"])
def test_a_picture_without_its_last_rows_is_read_up_to_them(tmp_path: Path, suffix: str, mode: str) -> None:
    path = tmp_path / f"x.{suffix}"
    whole = odd_pictures.add_grain(draw_picture((480, 320))).convert(mode)
    whole.save(path)
    path.write_bytes(path.read_bytes()[: -path.stat().st_size // 10])
    pixels = read_picture(path).pixels
    assert 240 < len(pixels) < 320
    top = 320 - len(pixels) if suffix == "bmp" else 0  # a bitmap begins with its last row
    assert difference(pixels, whole.crop((0, top, 480, top + len(pixels)))) < 1
    assert refusal(sample_files.write_truncated(tmp_path / f"half.{suffix}", path, 0.6)) is ErrorCode.BROKEN_FILE


def test_a_turned_jpeg_without_its_end_stands_as_its_camera_says(tmp_path: Path) -> None:
    path = sample_files.write_oriented_jpeg(tmp_path / "x.jpg", 6)
    path.write_bytes(path.read_bytes()[:-2])
    assert difference(read_picture(path).pixels) < 4


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("drawn", [(0, 0, 400, 320), (0, 0, 480, 100)], ids=["at the right", "at the bottom"])
def test_a_jpeg_without_its_end_marker_is_complete_where_it_is_grey(
    tmp_path: Path, drawn: tuple[int, int, int, int], progressive: bool
) -> None:
    picture = Image.new("RGB", (480, 320), (128, 128, 128))
    picture.paste(draw_picture((480, 320)).crop(drawn), drawn)
    picture.save(path := tmp_path / "x.jpg", quality=95, progressive=progressive)
    path.write_bytes(path.read_bytes()[:-2])
    assert difference(read_picture(path).pixels, picture) < 4


@pytest.mark.parametrize("sample", [np.float32, np.float64])
def test_a_tiff_whose_samples_are_not_read_is_not_called_damaged(tmp_path: Path, sample: type) -> None:
    pixels = np.asarray(draw_picture((240, 160))).astype(sample) / 255
    cv2.imwrite(str(path := tmp_path / "x.tiff"), pixels)
    assert refusal(path) is ErrorCode.FORMAT_NOT_SUPPORTED


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_linear_samples_are_shown_as_bright_as_they_are_meant(tmp_path: Path, mode: str) -> None:
    linear = draw_picture().point(lambda level: round(255 * (level / 255) ** 2.2)).convert(mode)
    linear.save(path := tmp_path / "x.png")
    path.write_bytes(odd_pictures.add_chunks(path.read_bytes(), (b"gAMA", (100_000).to_bytes(4, "big"))))
    assert difference(read_picture(path).pixels) < 4
    path.write_bytes(odd_pictures.add_chunks(path.read_bytes(), (b"sRGB", b"\0")))
    assert difference(read_picture(path).pixels, linear.convert("RGB")) < 1


def test_a_jpeg_of_which_half_is_missing_is_broken(tmp_path: Path) -> None:
    whole = sample_files.write_picture(tmp_path / "x.jpg", size=(480, 320), quality=95)
    assert refusal(sample_files.write_truncated(tmp_path / "half.jpg", whole, 0.6)) is ErrorCode.BROKEN_FILE


# nothing to see


@pytest.mark.parametrize("suffix", ["png", "webp", "tiff"])
def test_a_white_logo_on_nothing_is_seen_on_a_dark_board(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    odd_pictures.draw_logo("white").save(path)
    picture = read_picture(path)
    assert picture.board_level < 60
    assert picture.pixels[0, 0].max() < 60
    assert picture.pixels[80, 120].min() > 240


@pytest.mark.parametrize("colour", ["black", "red", "yellow", "#40a040", "#c0c0c0"])
def test_what_is_seen_on_white_stays_on_white(tmp_path: Path, colour: str) -> None:
    odd_pictures.draw_logo(colour).save(tmp_path / "x.png")
    picture = read_picture(tmp_path / "x.png")
    assert picture.board_level == WHITE_LEVEL
    assert picture.pixels[0, 0].min() == 255


@pytest.mark.parametrize("suffix", ["png", "webp", "tiff"])
def test_alpha_that_hides_everything_is_not_meant(tmp_path: Path, suffix: str) -> None:
    assert difference(read_picture(odd_pictures.write_transparent(tmp_path / f"x.{suffix}")).pixels) < 6


def test_a_bitmap_whose_alpha_is_zero_is_opaque(tmp_path: Path) -> None:
    assert difference(read_picture(odd_pictures.write_v5_bmp(tmp_path / "x.bmp")).pixels) == 0


@pytest.mark.parametrize("background", ["white", "black"])
@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_of_an_animation_that_fades_in_the_fullest_frame_is_read(tmp_path: Path, suffix: str, background: str) -> None:
    assert difference(read_picture(odd_pictures.write_fading(tmp_path / f"x.{suffix}", background)).pixels) < 8


def test_an_animation_that_is_damaged_later_shows_what_is_whole(tmp_path: Path) -> None:
    path = odd_pictures.write_fading(tmp_path / "x.gif", "white")
    assert measure(sample_files.write_truncated(tmp_path / "y.gif", path, 0.7)).width == 240


@pytest.mark.parametrize(
    ("name", "mode", "colour"),
    [
        ("x.png", "RGB", "white"), ("x.jpg", "RGB", "teal"), ("x.png", "L", 0), ("x.gif", "RGB", "black"),
        ("x.png", "RGBA", (0, 0, 0, 0)), ("x.webp", "RGBA", (255, 255, 255, 0)),
    ],
)  # fmt: skip
def test_one_flat_colour_is_refused(tmp_path: Path, name: str, mode: str, colour: str | int | tuple[int, ...]) -> None:
    Image.new(mode, (320, 200), colour).save(tmp_path / name)
    assert refusal(tmp_path / name) is ErrorCode.NOTHING_TO_DRAW


def test_noise_of_a_covered_lens_is_nothing_to_draw(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(12, 3, (2400, 3200)).clip(0, 255).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "x.jpg", quality=90)
    assert refusal(tmp_path / "x.jpg") is ErrorCode.NOTHING_TO_DRAW


def test_a_thin_line_on_a_page_is_something(tmp_path: Path) -> None:
    page = np.full((3000, 2000), 255, np.uint8)
    page[1500:1503, 400:1600] = 120
    Image.fromarray(page).save(tmp_path / "x.png")
    assert measure(tmp_path / "x.png").height == 3000


# raw photos


@pytest.mark.parametrize("preview", [(160, 120), (320, 240)])
def test_a_raw_photo_with_only_a_thumbnail_is_not_supported(tmp_path: Path, preview: sample_files.Size) -> None:
    assert refusal(odd_pictures.write_raw_photo(tmp_path / "x.dng", preview)) is ErrorCode.FORMAT_NOT_SUPPORTED


def test_a_raw_photo_without_a_preview_is_not_supported(tmp_path: Path) -> None:
    assert refusal(odd_pictures.write_sensor_samples(tmp_path / "x.dng")) is ErrorCode.FORMAT_NOT_SUPPORTED


def test_a_raw_photo_with_a_large_preview_is_drawn_from_it(tmp_path: Path) -> None:
    assert measure(odd_pictures.write_raw_photo(tmp_path / "x.dng", (1200, 800))).width == 1200


def test_a_raw_photo_whose_preview_is_not_decoded_is_not_supported(tmp_path: Path) -> None:
    path = odd_pictures.write_raw_photo(tmp_path / "x.dng", (1200, 800))
    path.write_bytes(path.read_bytes()[:100_000])
    assert refusal(path) is ErrorCode.FORMAT_NOT_SUPPORTED


def test_a_scan_behind_its_thumbnail_is_read(tmp_path: Path) -> None:
    thumbnail, scan = draw_picture((60, 40)), draw_picture((480, 320))
    scan.encoderinfo = {"tiffinfo": {254: 0}}
    thumbnail.save(tmp_path / "x.tiff", save_all=True, append_images=[scan], tiffinfo={254: 1})
    assert difference(read_picture(tmp_path / "x.tiff").pixels, scan) == 0


# high dynamic range


@pytest.mark.parametrize("transfer", [hdr_pictures.PQ, hdr_pictures.HLG])
@pytest.mark.parametrize("suffix", WRITERS)
def test_a_picture_of_high_dynamic_range_has_the_right_colours(tmp_path: Path, suffix: str, transfer: int) -> None:
    samples = hdr_pictures.encode_hdr(transfer)
    path = WRITERS[suffix](tmp_path / f"x.{suffix}", samples, hdr_pictures.BT2020, transfer)
    assert difference(read_picture(path).pixels) < 3
    assert read_picture(path, 120).pixels.shape == (80, 120, 3)


@pytest.mark.parametrize("peak", [300, 1000, 4000])
def test_light_brighter_than_white_stays_distinct(tmp_path: Path, peak: int) -> None:
    light = np.tile(np.linspace(1, peak, 256)[None, :, None], (64, 1, 3))
    samples = np.rint(hdr_pictures.encode_pq(light) * 65535).astype(np.uint16)
    path = hdr_pictures.write_cicp_png(tmp_path / "x.png", samples, hdr_pictures.BT2020, hdr_pictures.PQ)
    row = read_picture(path).pixels[32, :, 1].astype(int)
    assert (np.diff(row) >= 0).all()
    assert row[-1] == 255
    assert len(set(row[light[0, :, 0] > hdr_pictures.WHITE])) > 12
    assert row[light[0, :, 0] < 20].max() < 90


@pytest.mark.parametrize("suffix", WRITERS)
def test_display_p3_by_code_points_has_the_right_colours(tmp_path: Path, suffix: str) -> None:
    samples = hdr_pictures.encode_display_p3()
    path = WRITERS[suffix](tmp_path / f"x.{suffix}", samples, hdr_pictures.DISPLAY_P3, hdr_pictures.SRGB)
    assert difference(read_picture(path).pixels) < 3


def test_a_profile_that_names_code_points_is_followed(tmp_path: Path) -> None:
    """As phones and browsers write JPEGs of high dynamic range."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tag = b"cicp" + bytes(4) + bytes((hdr_pictures.BT2020, hdr_pictures.PQ, 0, 1))
    count = int.from_bytes(profile[128:132], "big")
    entry = b"cicp" + (len(profile) + 12).to_bytes(4, "big") + len(tag).to_bytes(4, "big")
    shifted = shift_tags(profile, count)
    whole = profile[:128] + (count + 1).to_bytes(4, "big") + entry + shifted + profile[132 + 12 * count :] + tag
    samples = (hdr_pictures.encode_hdr(hdr_pictures.PQ) >> 8).astype(np.uint8)
    Image.fromarray(samples).save(tmp_path / "x.jpg", quality=98, subsampling=0, icc_profile=whole)
    assert difference(read_picture(tmp_path / "x.jpg").pixels) < 6


@pytest.mark.parametrize(("name", "transfer"), [("BT.2100 PQ", hdr_pictures.PQ), ("ITUR_2100_HLG", hdr_pictures.HLG)])
def test_an_older_profile_of_high_dynamic_range_is_known_by_its_name(tmp_path: Path, name: str, transfer: int) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = "sRGB built-in"
    renamed = profile.replace(plain.encode("utf-16-be"), name.ljust(len(plain)).encode("utf-16-be"))
    assert renamed != profile
    samples = (hdr_pictures.encode_hdr(transfer) >> 8).astype(np.uint8)
    Image.fromarray(samples).save(tmp_path / "x.webp", lossless=True, icc_profile=renamed)
    assert difference(read_picture(tmp_path / "x.webp").pixels) < 6


def shift_tags(profile: bytes, count: int) -> bytes:
    """The tag table of a profile whose data lies one entry further back."""
    entries = [profile[132 + 12 * k : 144 + 12 * k] for k in range(count)]
    return b"".join(e[:4] + (int.from_bytes(e[4:8], "big") + 12).to_bytes(4, "big") + e[8:] for e in entries)
