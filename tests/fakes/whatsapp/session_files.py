"""Session databases of clients: SQLite files, as neonize's; databases at a URL are only held in memory here."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

CREATE_TABLE = "create table if not exists whatsmeow_device (jid text primary key, push_name text not null default '')"


class SessionFileError(Exception):
    """The file cannot be used; the text is neonize's."""


@dataclass
class SessionFiles:
    """The devices in each file. `jid` is `number:device@s.whatsapp.net`."""

    _remote_devices: dict[str, list[str]] = field(default_factory=dict)

    def list_devices(self, name: str) -> list[str]:
        if "://" in name:
            return list(self._remote_devices.get(name, []))
        with _open_file(name) as file:
            return [jid for (jid,) in file.execute("select jid from whatsmeow_device order by rowid")]

    def add_device(self, name: str, jid: str) -> None:
        if "://" in name:
            self._remote_devices.setdefault(name, []).append(jid)
            return
        with _open_file(name) as file, file:
            file.execute("insert into whatsmeow_device (jid) values (?)", (jid,))

    def remove_device(self, name: str, jid: str) -> None:
        if "://" in name:
            self._remote_devices[name].remove(jid)
            return
        with _open_file(name) as file, file:
            file.execute("delete from whatsmeow_device where jid = ?", (jid,))


@contextmanager
def _open_file(name: str) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(name)) as file:
            file.execute(CREATE_TABLE)
            yield file
    except sqlite3.Error as error:
        raise SessionFileError(f"failed to upgrade database: {error}") from error
