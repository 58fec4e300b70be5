"""What the bot asked for."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """One request: `outcome` is what it gave, or the ApiError it met; `at` is seconds of the monotonic clock."""

    method: str
    parameters: dict[str, Any]
    outcome: Any = None
    at: float = field(default_factory=time.monotonic)
