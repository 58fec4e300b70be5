"""What the metadata know, in a process that has loaded nothing else."""

import json
import subprocess
import sys

from sqlalchemy import inspect

from storage.db import Database


def test_every_table_is_known_whatever_else_a_process_has_loaded(database: Database) -> None:
    """Or the erasure of a tenant would leave rows in those that are not."""
    code = "import json; from storage.schema import METADATA; print(json.dumps(list(METADATA.tables)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(inspect(database.engine).get_table_names()) - {"alembic_version"} == set(json.loads(done.stdout))
