"""Records of the bot's API calls."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class TelegramCall:
    """One request: `outcome` is its result or TelegramApiError; `at` is seconds of the monotonic clock."""

    method: str
    parameters: dict[str, Any]
    outcome: Any = None
    at: float = field(default_factory=time.monotonic)
