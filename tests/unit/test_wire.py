"""What crosses from a child, and what does not."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import Code, Failed, Refused
from models.films import Film
from models.media import Facts, MediaKind
from pipeline import wire

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda key: key != wire.TAG), inner),
    max_leaves=10,
)


@settings(max_examples=40)
@given(VALUES)
def test_plain_values_cross_unchanged(value: object) -> None:
    (message,) = wire.Frames().feed(wire.frame({"value": wire.encode(value)}))
    assert wire.decode(message["value"], Path("/nowhere")) == value


@settings(max_examples=40)
@given(st.lists(st.integers(1, 40)), st.lists(VALUES, max_size=4))
def test_messages_survive_any_cutting_of_the_stream(cuts: list[int], values: list[object]) -> None:
    data = b"".join(wire.frame({"value": value}) for value in values)
    frames, got = wire.Frames(), []
    for size in [*cuts, len(data)]:
        piece, data = data[:size], data[size:]
        got += [message["value"] for message in frames.feed(piece)]
    assert got == values


@settings(max_examples=40)
@given(st.binary())
def test_any_bytes_are_messages_or_garbled(data: bytes) -> None:
    frames = wire.Frames()
    try:
        messages = list(frames.feed(struct.pack("!I", len(data)) + data))
    except wire.Garbled:
        return
    assert all(isinstance(message, dict) for message in messages)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\xff",
        struct.pack("!I", 3) + b"NaN",
        struct.pack("!I", 2) + b"[]",
        struct.pack("!I", 200_000) + b"[" * 200_000,
    ],
)
def test_what_no_child_of_ours_sends_is_garbled(data: bytes) -> None:
    with pytest.raises(wire.Garbled):
        list(wire.Frames().feed(data))


def test_a_film_comes_back_equal(tmp_path: Path) -> None:
    film = Film(tmp_path / "film.mp4", tmp_path / "film.jpg", 16, 16, 1.0, 30, 4)
    assert wire.decode(json.loads(json.dumps(wire.encode(film))), tmp_path) == film


@pytest.mark.parametrize(
    "value",
    [
        {"~": "Path", "value": "/etc/passwd"},
        {"~": "Path", "value": "../another/film.mp4"},
        {"~": "Popen", "value": {"args": "sh"}},
        {"~": "Facts", "value": {"kind": "video"}},
        {"~": "Facts", "value": None},
        [{"~": "Facts", "value": {"kind": "weapon", "format": "mp4", "size": 1}}],
    ],
)
def test_types_and_places_that_are_not_ours_are_garbled(tmp_path: Path, value: object) -> None:
    with pytest.raises(wire.Garbled):
        wire.decode(value, tmp_path)


def test_what_may_not_cross_is_refused_where_it_is_made() -> None:
    with pytest.raises(TypeError, match="object may not come out"):
        wire.encode([object()])


@pytest.mark.parametrize("error", [Refused(Code.TOO_LONG, limit=600), Failed(Code.DISK_FULL)])
def test_a_failure_crosses_with_its_values(error: Refused | Failed) -> None:
    got = wire.error_of(json.loads(json.dumps(wire.error_message(error))))
    assert (type(got), got.code, got.values) == (type(error), error.code, error.values)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "SystemExit", "code": "TOO_LONG", "values": {}},
        {"type": "Refused", "code": "MADE_UP", "values": {}},
        {"type": "Refused", "code": "TOO_LONG", "values": {"limit": []}},
        {"type": "Refused", "code": "TOO_LONG", "values": {"code": 1}},
        {"type": "Refused", "code": "TOO_LONG"},
    ],
)
def test_a_failure_there_is_not_is_garbled(message: dict[str, object]) -> None:
    with pytest.raises(wire.Garbled):
        wire.error_of(message)


def test_paths_are_found_wherever_they_lie() -> None:
    fact = Facts(MediaKind.IMAGE, "png", 1)
    film = Film(Path("a"), Path("b"), 1, 1, 1.0, 1, 1)
    given_arguments = {"x": [Path("c"), (Path("d"), {"e": Path("e")})], "film": film, "fact": fact}
    assert sorted(map(str, wire.paths_in(given_arguments))) == ["a", "b", "c", "d", "e"]
