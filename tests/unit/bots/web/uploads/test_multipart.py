import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.requests import Request

from bots.web.uploads.multipart import Form, FormError, FormLimits, read_form, sanitize_name

LIMITS = FormLimits(max_bytes=1000, max_files=2, max_text=200)
BOUNDARY = "edge"


def part(name: str, content: bytes, filename: str | None = None, mime: str = "image/png") -> bytes:
    file = f'; filename="{filename}"\r\nContent-Type: {mime}' if filename is not None else ""
    return f'--edge\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"


def request(body: bytes, *, piece: int = 64, announced: int | None = None, kind: str | None = None) -> Request:
    async def chunks() -> AsyncIterator[dict[str, object]]:
        for start in range(0, len(body), piece):
            yield {"type": "http.request", "body": body[start : start + piece], "more_body": True}
        yield {"type": "http.request", "body": b"", "more_body": False}

    stream = chunks()
    headers = [(b"content-type", (kind or f"multipart/form-data; boundary={BOUNDARY}").encode())]
    if announced is not None:
        headers.append((b"content-length", str(announced).encode()))
    return Request({"type": "http", "method": "POST", "headers": headers}, lambda: anext(stream))  # type: ignore[arg-type]


async def read(folder: Path, *parts: bytes, end: bytes = b"--edge--\r\n", piece: int = 64) -> Form:
    return await read_form(request(b"".join(parts) + end, piece=piece), folder, LIMITS)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("piece", [1, 7, 64, 5000])
async def test_a_form_is_read_whole_however_it_is_cut(tmp_path: Path, piece: int) -> None:
    picture = bytes(range(256)) + b"\r\n--edg\r\n"
    form = await read(tmp_path, part("text", "Olá".encode()), part("files", picture, "a.png"), piece=piece)
    assert form.get_first("text") == "Olá"
    assert [(file.name, file.mime, file.size) for file in form.files] == [("a.png", "image/png", len(picture))]
    assert form.files[0].path.read_bytes() == picture


async def test_fields_may_come_several_times(tmp_path: Path) -> None:
    form = await read(tmp_path, part("thumbnails", b"one"), part("thumbnails", b"two"))
    assert form.fields["thumbnails"] == ["one", "two"]


async def test_a_file_is_stopped_while_it_comes_in(tmp_path: Path) -> None:
    with pytest.raises(FormError) as refused:
        await read(tmp_path, part("files", bytes(600), "a"), part("files", bytes(600), "b"))
    assert (refused.value.status, refused.value.code) == (413, "FILE_TOO_BIG")


async def test_a_form_that_announces_too_much_is_not_even_read(tmp_path: Path) -> None:
    async def never() -> dict[str, object]:
        raise AssertionError("it was read")

    big = request(b"", announced=5000)
    unread = Request(big.scope, never)  # type: ignore[arg-type]
    with pytest.raises(FormError) as refused:
        await read_form(unread, tmp_path, LIMITS)
    assert refused.value.status == 413


async def test_there_is_an_end_to_the_number_of_files(tmp_path: Path) -> None:
    with pytest.raises(FormError) as refused:
        await read(tmp_path, *(part("files", b"x", f"{number}.png") for number in range(3)))
    assert (refused.value.code, refused.value.limit) == ("TOO_MANY_FILES", 2)


async def test_there_is_an_end_to_the_text(tmp_path: Path) -> None:
    with pytest.raises(FormError) as refused:
        await read(tmp_path, part("text", bytes(150)), part("other", bytes(150)))
    assert refused.value.code == "TEXT_TOO_LONG"


async def test_there_is_an_end_to_the_number_of_fields_and_to_their_names(tmp_path: Path) -> None:
    most = LIMITS.max_parts
    assert len((await read(tmp_path, *(part("text", b"x") for _ in range(most)))).fields["text"]) == most
    for body in (
        [part("text", b"x") for _ in range(most + 1)],
        [part(f"{number}", b"") for number in range(1500)],
        [part("n" * 65, b"x")],
        [part("n" * 2_000_000, b"x")],
        [part("files", b"x", "f" * 2_000_000)],
    ):
        with pytest.raises(FormError) as refused:
            await read(tmp_path, *body, piece=65536)
        assert (refused.value.status, refused.value.code) == (400, "BAD_FORM")


async def test_what_is_refused_for_its_names_is_not_held_in_memory(tmp_path: Path) -> None:
    body = part("n" * 50_000_000, b"x")
    form = request(body, piece=1 << 20)
    tracemalloc.start()
    with pytest.raises(FormError):
        await read_form(form, tmp_path, LIMITS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


async def test_bytes_of_files_are_counted_as_they_come(tmp_path: Path) -> None:
    counted: list[int] = []
    body = part("text", b"a text") + part("files", bytes(600), "a.png") + b"--edge--\r\n"
    await read_form(request(body), tmp_path, LIMITS, counted.append)
    assert sum(counted) == 600


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"rubbish",
        part("files", b"half", "a.png"),
        b"--edge\r\nContent-Disposition: form-data; name=x\r\n\r\nno end",
        b"--edge\r\n" + b"X-Long: " + b"y" * 20000,
    ],
)
async def test_what_is_not_a_whole_form_is_refused(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(FormError) as refused:
        await read(tmp_path, body, end=b"")
    assert (refused.value.status, refused.value.code) == (400, "BAD_FORM")


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "multipart/mixed; boundary=edge"])
async def test_only_forms_with_files_are_read(tmp_path: Path, kind: str) -> None:
    with pytest.raises(FormError) as refused:
        await read_form(request(b"--edge--\r\n", kind=kind), tmp_path, LIMITS)
    assert refused.value.status == 415


async def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "private"
    folder.mkdir()
    form = await read(folder, part("files", b"x", "../../etc/passwd"))
    assert form.files[0].path.parent == folder
    assert form.files[0].name == "passwd"
    assert names(tmp_path) == ["private"]


def test_names_are_made_fit_to_be_shown() -> None:
    assert sanitize_name("C:\\Users\\eu\\fotos\\gato.png") == "gato.png"
    assert sanitize_name("a\x00b\n\u202ec.png") == "ab c.png"
    assert sanitize_name("x" * 500 + ".png") == ("x" * 500 + ".png")[-200:]
    assert sanitize_name("") == ""
