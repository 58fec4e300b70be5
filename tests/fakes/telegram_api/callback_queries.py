"""Callback queries of pressed buttons, which can be answered once, and only for a while."""

import itertools
from typing import Any

from fakes.telegram_api.errors import OLD_QUERY, build_bad_request
from fakes.telegram_api.message_json import count_utf16_units


class CallbackQueries:
    def __init__(self) -> None:
        self._numbers = itertools.count(4_000_000_000_000_000_001)
        self._open_ids: set[str] = set()
        self.answers: dict[str, str] = {}

    def create_query(self, user: dict[str, Any], message: dict[str, Any], data: str) -> dict[str, Any]:
        query_id = str(next(self._numbers))
        self._open_ids.add(query_id)
        instance = str(-7_000_000_000_000 - message["chat"]["id"])
        return {"id": query_id, "from": user, "message": message, "chat_instance": instance, "data": data}

    def expire_all(self) -> None:
        """Expire all open queries."""
        self._open_ids.clear()

    def answer_query(self, parameters: dict[str, Any]) -> bool:
        query_id, text = parameters["callback_query_id"], parameters.get("text", "")
        if count_utf16_units(text) > 200:
            raise build_bad_request("MESSAGE_TOO_LONG")
        if query_id not in self._open_ids:
            raise OLD_QUERY
        self._open_ids.discard(query_id)
        self.answers[query_id] = text
        return True
