"""PostgreSQL dumps with pg_dump and psql, where they are installed and new enough."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

FORM: Final = "postgresql script"
NAME: Final = "database.sql"
SESSIONS: Final = "whatsapp_sessions.sql"
NUMBERS: Final = "whatsapp_*"  # pattern of the schemas with WhatsApp session keys
WORDS: Final = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
    "dbname": "PGDATABASE", "options": "PGOPTIONS", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "channel_binding": "PGCHANNELBINDING",
}  # fmt: skip


class ToolFailed(Exception):
    """pg_dump or psql failed; the message has the end of its error output."""


def can_dump(address: str) -> bool:
    """Whether pg_dump and psql are installed, and not older than the server, which they would refuse."""
    if not (shutil.which("pg_dump") and shutil.which("psql")):
        return False
    with psycopg.connect(address) as connection:
        return _version() >= connection.info.server_version // 10_000


def can_load() -> bool:
    return shutil.which("psql") is not None


def dump(address: str, folder: Path) -> None:
    """Dump everything but the WhatsApp session keys. Raises PostgresToolError."""
    _dumped(address, folder / NAME, f"--exclude-schema={NUMBERS}")


def dump_numbers(address: str, folder: Path) -> None:
    """Dump the WhatsApp session keys alone. Raises PostgresToolError."""
    with psycopg.connect(address) as connection:
        if _numbers(connection):
            _dumped(address, folder / SESSIONS, f"--schema={NUMBERS}")


def load(address: str, folder: Path) -> None:
    """Replace the whole database with the script's, in one transaction.

    Raises PostgresToolError; the database is then unchanged.
    """
    _run_script(address, "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n", folder / NAME)


def load_numbers(address: str, folder: Path) -> None:
    """The same for the WhatsApp session keys. Raises PostgresToolError."""
    with psycopg.connect(address) as connection:
        there = _numbers(connection)
    dropped = "".join(f'DROP SCHEMA "{name}" CASCADE;\n' for name in there)
    _run_script(address, dropped, folder / SESSIONS)


def _dumped(address: str, file: Path, *which: str) -> None:
    options = ("--format=plain", "--no-owner", "--no-privileges", "--encoding=UTF8", f"--file={file}")
    _run(["pg_dump", *options, *which], address)


def _run_script(address: str, first: str, script: Path) -> None:
    prologue = script.with_suffix(".first.sql")
    prologue.write_text(first)
    options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    _run(["psql", *options, f"--file={prologue}", f"--file={script}"], address)


def _run(command: list[str], address: str) -> None:
    """Pass the connection parameters by the environment, where other users of the machine cannot read the password."""
    told = {WORDS[key]: str(value) for key, value in conninfo_to_dict(address).items() if key in WORDS}
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, **told})
    if ran.returncode != 0:
        raise ToolFailed(f"{command[0]}: {' '.join(ran.stderr.split())[-300:]}")


def _numbers(connection: psycopg.Connection[tuple[str]]) -> list[str]:
    wanted = r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 'whatsapp\_%' ORDER BY nspname"
    return [name for (name,) in connection.execute(wanted)]


def _version() -> int:
    """PostgreSQL's major version of pg_dump."""
    said = subprocess.run(["pg_dump", "--version"], check=True, capture_output=True, text=True).stdout  # noqa: S607
    found = re.search(r"(\d+)(\.\d+)?", said)
    return int(found[1]) if found else 0
