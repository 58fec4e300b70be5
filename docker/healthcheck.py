"""Whether the process is well: it touches a file every few seconds. Loads nothing, for it runs twice a minute."""

import os
import sys
import time
from pathlib import Path

PATIENCE = 60.0  # seconds


def is_well(beacon: str, now: float) -> bool:
    try:
        return now - Path(beacon).stat().st_mtime < PATIENCE
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_well(os.environ.get("BEACON_FILE", ""), time.time()) else 1)
