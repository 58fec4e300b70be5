"""JIDs, WhatsApp's addresses, as texts: `5511987654321@s.whatsapp.net`, `123@lid`, `123@g.us`, without devices."""

from neonize.proto.Neonize_pb2 import JID

USER_SERVER, LID_SERVER, GROUP_SERVER = "s.whatsapp.net", "lid", "g.us"


def format_jid(jid: JID) -> str:
    return f"{jid.User}@{jid.Server}"


def parse_jid(text: str) -> JID:
    user, _, server = text.partition("@")
    return JID(User=user, RawAgent=0, Device=0, Integrator=0, Server=server, IsEmpty=False)


def user_part_of(text: str) -> str:
    """The part before the server, without the device: the digits of a phone number or LID."""
    return text.partition("@")[0].partition(":")[0].partition(".")[0]
