"""A logo on a drawn film."""

from pathlib import Path
from uuid import uuid4

import av
import numpy as np
from fakes.sample_files import write_picture
from PIL import Image

from models.captions.branding import BrandKit, Logo
from models.jobs.film import EncodingOptions, X264Preset
from models.jobs.options import SketchOptions
from pipeline.sketch.entrypoint import draw


def test_the_logo_is_in_its_corner_on_every_frame(tmp_path: Path) -> None:
    Image.new("RGBA", (80, 80), (230, 20, 20, 255)).save(tmp_path / "logo.png")
    picture = write_picture(tmp_path / "picture.png")
    options = SketchOptions(
        seconds=3, fps=10, width=320, height=240, encoding=EncodingOptions(preset=X264Preset.ULTRAFAST)
    )
    branded = options.with_brand(BrandKit(logo=Logo(file_id=uuid4(), corner="top-left")), {})
    film = draw([picture], tmp_path / "film.mp4", branded, lambda *_: None, logo=tmp_path / "logo.png")
    with av.open(str(film.path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == 30
    for frame in frames:
        red, green, _ = np.moveaxis(frame[14:60, 14:60].astype(int), 2, 0)
        assert (red - green > 120).mean() > 0.2
