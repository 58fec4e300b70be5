"""Session databases of clients: SQLite files, as neonize's; databases at a URL are only held in memory here."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

TABLE = "create table if not exists whatsmeow_device (jid text primary key, push_name text not null default '')"


class BadSession(Exception):
    """The file cannot be used; the text is neonize's."""


@dataclass
class Sessions:
    """The devices in each file. `jid` is `number:device@s.whatsapp.net`."""

    _elsewhere: dict[str, list[str]] = field(default_factory=dict)

    def devices(self, name: str) -> list[str]:
        if "://" in name:
            return list(self._elsewhere.get(name, []))
        with _opened(name) as file:
            return [jid for (jid,) in file.execute("select jid from whatsmeow_device order by rowid")]

    def add(self, name: str, jid: str) -> None:
        if "://" in name:
            self._elsewhere.setdefault(name, []).append(jid)
            return
        with _opened(name) as file, file:
            file.execute("insert into whatsmeow_device (jid) values (?)", (jid,))

    def remove(self, name: str, jid: str) -> None:
        if "://" in name:
            self._elsewhere[name].remove(jid)
            return
        with _opened(name) as file, file:
            file.execute("delete from whatsmeow_device where jid = ?", (jid,))


@contextmanager
def _opened(name: str) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(name)) as file:
            file.execute(TABLE)
            yield file
    except sqlite3.Error as error:
        raise BadSession(f"failed to upgrade database: {error}") from error
