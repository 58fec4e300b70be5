"""Callback queries of pressed buttons, which can be answered once, and only for a while."""

import itertools
from typing import Any

from fakes.telegram_api.bodies import utf16_length
from fakes.telegram_api.errors import OLD_QUERY, bad_request


class Queries:
    def __init__(self) -> None:
        self._numbers = itertools.count(4_000_000_000_000_000_001)
        self._open: set[str] = set()
        self.answers: dict[str, str] = {}

    def ask(self, user: dict[str, Any], message: dict[str, Any], data: str) -> dict[str, Any]:
        query_id = str(next(self._numbers))
        self._open.add(query_id)
        instance = str(-7_000_000_000_000 - message["chat"]["id"])
        return {"id": query_id, "from": user, "message": message, "chat_instance": instance, "data": data}

    def expire(self) -> None:
        """Expire all open queries."""
        self._open.clear()

    def answer(self, parameters: dict[str, Any]) -> bool:
        query_id, text = parameters["callback_query_id"], parameters.get("text", "")
        if utf16_length(text) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        if query_id not in self._open:
            raise OLD_QUERY
        self._open.discard(query_id)
        self.answers[query_id] = text
        return True
