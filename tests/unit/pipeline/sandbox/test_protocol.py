"""What crosses from a child, and what does not."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.film import Film
from models.media.facts import MediaInfo, MediaKind
from pipeline.sandbox import protocol

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda key: key != protocol.TYPE_TAG), inner),
    max_leaves=10,
)


@settings(max_examples=40)
@given(VALUES)
def test_plain_values_cross_unchanged(value: object) -> None:
    (message,) = protocol.FrameDecoder().feed(protocol.encode_frame({"value": protocol.encode(value)}))
    assert protocol.decode(message["value"], Path("/nowhere")) == value


@settings(max_examples=40)
@given(st.lists(st.integers(1, 40)), st.lists(VALUES, max_size=4))
def test_messages_survive_any_cutting_of_the_stream(cuts: list[int], values: list[object]) -> None:
    data = b"".join(protocol.encode_frame({"value": value}) for value in values)
    frames, got = protocol.FrameDecoder(), []
    for size in [*cuts, len(data)]:
        piece, data = data[:size], data[size:]
        got += [message["value"] for message in frames.feed(piece)]
    assert got == values


@settings(max_examples=40)
@given(st.binary())
def test_any_bytes_are_messages_or_garbled(data: bytes) -> None:
    frames = protocol.FrameDecoder()
    try:
        messages = list(frames.feed(struct.pack("!I", len(data)) + data))
    except protocol.ProtocolError:
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
    with pytest.raises(protocol.ProtocolError):
        list(protocol.FrameDecoder().feed(data))


def test_a_film_comes_back_equal(tmp_path: Path) -> None:
    film = Film(tmp_path / "film.mp4", tmp_path / "film.jpg", 16, 16, 1.0, 30, 4)
    assert protocol.decode(json.loads(json.dumps(protocol.encode(film))), tmp_path) == film


@pytest.mark.parametrize(
    "value",
    [
        {"~": "Path", "value": "/etc/passwd"},
        {"~": "Path", "value": "../another/film.mp4"},
        {"~": "Popen", "value": {"args": "sh"}},
        {"~": "MediaInfo", "value": {"kind": "video"}},
        {"~": "MediaInfo", "value": None},
        [{"~": "MediaInfo", "value": {"kind": "weapon", "format": "mp4", "size": 1}}],
    ],
)
def test_types_and_places_that_are_not_ours_are_garbled(tmp_path: Path, value: object) -> None:
    with pytest.raises(protocol.ProtocolError):
        protocol.decode(value, tmp_path)


def test_what_may_not_cross_is_refused_where_it_is_made() -> None:
    with pytest.raises(TypeError, match="object may not come out"):
        protocol.encode([object()])


@pytest.mark.parametrize(
    "error", [RequestRejected(ErrorCode.TOO_LONG, limit=600), ProcessingFailed(ErrorCode.DISK_FULL)]
)
def test_a_failure_crosses_with_its_values(error: RequestRejected | ProcessingFailed) -> None:
    got = protocol.decode_error(json.loads(json.dumps(protocol.encode_error(error))))
    assert (type(got), got.code, got.values) == (type(error), error.code, error.values)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "SystemExit", "code": "TOO_LONG", "values": {}},
        {"type": "RequestRejected", "code": "MADE_UP", "values": {}},
        {"type": "RequestRejected", "code": "TOO_LONG", "values": {"limit": []}},
        {"type": "RequestRejected", "code": "TOO_LONG", "values": {"code": 1}},
        {"type": "RequestRejected", "code": "TOO_LONG"},
    ],
)
def test_a_failure_there_is_not_is_garbled(message: dict[str, object]) -> None:
    with pytest.raises(protocol.ProtocolError):
        protocol.decode_error(message)


def test_paths_are_found_wherever_they_lie() -> None:
    fact = MediaInfo(MediaKind.IMAGE, "png", 1)
    film = Film(Path("a"), Path("b"), 1, 1, 1.0, 1, 1)
    given_arguments = {"x": [Path("c"), (Path("d"), {"e": Path("e")})], "film": film, "fact": fact}
    assert sorted(map(str, protocol.find_paths(given_arguments))) == ["a", "b", "c", "d", "e"]


def test_texts_of_a_child_are_cut_and_nothing_else_passes_for_one() -> None:
    assert protocol.cut_text("cause" + "a" * protocol.MAX_TEXT_CHARACTERS) == "a" * protocol.MAX_TEXT_CHARACTERS
    assert protocol.cut_text({"a": "b"}) == "dict"


@pytest.mark.parametrize("values", [{"limit": "a" * 30_000}, {f"value{index}": 1 for index in range(100)}])
def test_an_error_with_more_values_than_a_sentence_has_places_is_refused(values: dict[str, object]) -> None:
    message = {"kind": "error", "type": "RequestRejected", "code": "TOO_LONG", "values": values}
    with pytest.raises(protocol.ProtocolError):
        protocol.decode_error(message)
