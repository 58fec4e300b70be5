"""PostgreSQL dumps with pg_dump and psql, where they are installed and new enough."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

FORMAT: Final = "postgresql script"
DATABASE_FILE: Final = "database.sql"
SESSIONS_FILE: Final = "whatsapp_sessions.sql"
SESSION_SCHEMAS: Final = "whatsapp_*"  # pattern of the schemas with WhatsApp session keys
LIBPQ_VARIABLES: Final = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
    "dbname": "PGDATABASE", "options": "PGOPTIONS", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "channel_binding": "PGCHANNELBINDING",
}  # fmt: skip


class PostgresToolError(Exception):
    """pg_dump or psql failed; the message has the end of its error output."""


def can_dump(conninfo: str) -> bool:
    """Whether pg_dump and psql are installed, and not older than the server, which they would refuse."""
    if not (shutil.which("pg_dump") and shutil.which("psql")):
        return False
    with psycopg.connect(conninfo) as connection:
        return _get_version() >= connection.info.server_version // 10_000


def can_load() -> bool:
    return shutil.which("psql") is not None


def dump(conninfo: str, folder: Path) -> None:
    """Dump everything but the WhatsApp session keys. Raises PostgresToolError."""
    _dump(conninfo, folder / DATABASE_FILE, f"--exclude-schema={SESSION_SCHEMAS}")


def dump_sessions(conninfo: str, folder: Path) -> None:
    """Dump the WhatsApp session keys alone. Raises PostgresToolError."""
    with psycopg.connect(conninfo) as connection:
        if _list_session_schemas(connection):
            _dump(conninfo, folder / SESSIONS_FILE, f"--schema={SESSION_SCHEMAS}")


def load(conninfo: str, folder: Path) -> None:
    """Replace the whole database with the script's, in one transaction.

    Raises PostgresToolError; the database is then unchanged.
    """
    _run_script(conninfo, "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n", folder / DATABASE_FILE)


def load_sessions(conninfo: str, folder: Path) -> None:
    """The same for the WhatsApp session keys. Raises PostgresToolError."""
    with psycopg.connect(conninfo) as connection:
        schemas = _list_session_schemas(connection)
    drop_sql = "".join(f'DROP SCHEMA "{name}" CASCADE;\n' for name in schemas)
    _run_script(conninfo, drop_sql, folder / SESSIONS_FILE)


def _dump(conninfo: str, file: Path, *selection: str) -> None:
    options = ("--format=plain", "--no-owner", "--no-privileges", "--encoding=UTF8", f"--file={file}")
    _run(["pg_dump", *options, *selection], conninfo)


def _run_script(conninfo: str, prologue_sql: str, script: Path) -> None:
    prologue = script.with_suffix(".first.sql")
    prologue.write_text(prologue_sql)
    options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    _run(["psql", *options, f"--file={prologue}", f"--file={script}"], conninfo)


def _run(command: list[str], conninfo: str) -> None:
    """Pass the connection parameters by the environment, where other users of the machine cannot read the password."""
    libpq_environment = {
        LIBPQ_VARIABLES[key]: str(value) for key, value in conninfo_to_dict(conninfo).items() if key in LIBPQ_VARIABLES
    }
    completed = subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os.environ, **libpq_environment}
    )
    if completed.returncode != 0:
        raise PostgresToolError(f"{command[0]}: {' '.join(completed.stderr.split())[-300:]}")


def _list_session_schemas(connection: psycopg.Connection[tuple[str]]) -> list[str]:
    query = r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 'whatsapp\_%' ORDER BY nspname"
    return [name for (name,) in connection.execute(query)]


def _get_version() -> int:
    """PostgreSQL's major version of pg_dump."""
    output = subprocess.run(["pg_dump", "--version"], check=True, capture_output=True, text=True).stdout  # noqa: S607
    found = re.search(r"(\d+)(\.\d+)?", output)
    return int(found[1]) if found else 0
