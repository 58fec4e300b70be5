"""Listening sockets for test servers."""

import socket


def open_listener(port: int = 0) -> socket.socket:
    """A socket that listens on 127.0.0.1; port 0 takes a free one.

    TCP_NODELAY is set, which asyncio does only for sockets it opened itself: a response in two writes would otherwise
    wait 40 ms for the other side's acknowledgement.
    """
    sock = socket.create_server(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    return sock
