"""Every shape people send is read as the golden files say, and every message we send looks like them."""

from pathlib import Path

import pytest
from golden.whatsapp.shapes import HERE, golden, outbound, printed, read_as
from google.protobuf import text_format
from neonize.proto import Neonize_pb2 as N

IN = sorted((HERE / "in").glob("*.txtpb"))


@pytest.mark.parametrize("path", IN, ids=lambda path: path.stem)
def test_what_people_send_is_read_as_it_is_meant(path: Path) -> None:
    event = text_format.Parse(path.read_text("utf-8"), N.Message())
    assert read_as(event) == path.with_suffix(".json").read_text("utf-8")


@pytest.mark.parametrize("name", outbound())
def test_what_we_send_is_built_as_apps_show_it(name: str) -> None:
    assert printed(outbound()[name]) == (HERE / "out" / f"{name}.txtpb").read_text("utf-8")


def test_no_shape_is_without_its_file_and_no_file_without_its_shape() -> None:
    files = {path for folder in ("in", "out") for path in (HERE / folder).iterdir()}
    assert files == set(golden())
