"""The library's own Go side as an outside check: it takes apart what we build before it misses the connection."""

from pathlib import Path

import pytest
from google.protobuf import text_format
from neonize._binder import gocode
from neonize.aioze.client import NewAClient
from neonize.exc import DownloadError, SendMessageError, UploadError
from neonize.proto import Neonize_pb2 as N
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message
from neonize.utils.enum import MediaType
from neonize.utils.jid import build_jid

GOLDEN = Path(__file__).parents[3] / "golden" / "whatsapp"
OUT = sorted((GOLDEN / "out").glob("*.txtpb"))
TO = build_jid("5521980000001")


@pytest.fixture
def client(tmp_path: Path) -> NewAClient:
    """A client that never connects."""
    return NewAClient(str(tmp_path / "unconnected.db"))


def message_in(path: Path) -> Message:
    return text_format.Parse(path.read_text(), Message())


def test_there_are_messages_to_check() -> None:
    assert len(OUT) >= 8


@pytest.mark.parametrize("path", OUT, ids=lambda path: path.stem)
async def test_go_takes_apart_every_message_we_build(client: NewAClient, path: Path) -> None:
    content = message_in(path)
    with pytest.raises(SendMessageError, match="client is nil"):
        await client.send_message(TO, content)


@pytest.mark.parametrize("path", OUT, ids=lambda path: path.stem)
def test_go_would_have_noticed_a_message_that_is_cut_short(client: NewAClient, path: Path) -> None:
    to, broken = TO.SerializeToString(), message_in(path).SerializeToString()[:-1]
    answer = gocode.SendMessage(client.uuid, to, len(to), broken, len(broken))
    assert N.SendMessageReturnFunction.FromString(answer).Error.startswith("proto:")


async def test_go_takes_files_with_any_bytes_in_them(client: NewAClient) -> None:
    with pytest.raises(UploadError, match="client is nil"):
        await client.upload(b"\x00film\x00" * 1000, MediaType.MediaVideo)


async def test_go_takes_apart_what_people_send_once_more(client: NewAClient) -> None:
    content = Message()
    content.imageMessage.mediaKey = b"\x00" * 32
    content.imageMessage.directPath = "/v/t62.7118-24/1_n.enc"
    with pytest.raises(DownloadError, match="client is nil"):
        await client.download_any(content)
