"""A socket for a server of a test."""

import socket


def listener(port: int = 0) -> socket.socket:
    """Listens on 127.0.0.1; port 0 takes a free one.

    Its connections send at once: asyncio sees to that only for sockets it opened itself, and an answer in two pieces
    would otherwise wait 40 ms for the other side's acknowledgement.
    """
    opened = socket.create_server(("127.0.0.1", port))
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    return opened
