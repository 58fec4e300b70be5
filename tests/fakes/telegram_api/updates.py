"""Queue of updates for the bot: confirmed by offset, with one poller at a time, or a webhook."""

from typing import Any

from fakes.state_condition import StateCondition
from fakes.telegram_api.errors import TWO_POLLERS, WEBHOOK_ACTIVE, build_bad_request

SECRET = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
MAX_POLL_SECONDS = 50
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


class UpdateQueue:
    def __init__(self, condition: StateCondition, first_id: int = 700_000_001) -> None:
        self._condition = condition
        self._pending: list[dict[str, Any]] = []
        self._next = first_id
        self._allowed: set[str] | None = None
        self._poll_number = 0
        self.webhook: dict[str, Any] = {}
        self.sent: list[dict[str, Any]] = []

    def add(self, kind: str, content: dict[str, Any]) -> int | None:
        """Queue a new update; returns None when the bot has not allowed its kind."""
        if not self._is_wanted(kind):
            return None
        number, self._next = self._next, self._next + 1
        self.redeliver({"update_id": number, kind: content})
        return number

    def redeliver(self, update: dict[str, Any]) -> None:
        """Deliver an update, or deliver it once more: Telegram promises at least once."""
        with self._condition.modify():
            self._pending.append(update)
            self.sent.append(update)

    @property
    def pending_ids(self) -> list[int]:
        """Ids of unconfirmed updates."""
        with self._condition.read():
            return [update["update_id"] for update in self._pending]

    @property
    def confirmed_ids(self) -> list[int]:
        waiting = set(self.pending_ids)
        with self._condition.read():
            return [update["update_id"] for update in self.sent if update["update_id"] not in waiting]

    async def get_updates(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """One getUpdates call. Raises ApiError 409 when a webhook is set or another poll takes over."""
        poll_number = self._start_poll(parameters)
        limit = max(1, min(100, parameters.get("limit", 100)))
        seconds = min(parameters.get("timeout", 0), MAX_POLL_SECONDS)
        await self._condition.wait_async(lambda: self._pending or self._poll_number != poll_number, seconds)
        with self._condition.read():
            if self._poll_number != poll_number:
                raise TWO_POLLERS
            return list(self._pending[:limit])

    def _start_poll(self, parameters: dict[str, Any]) -> int:
        with self._condition.modify():
            if self.webhook:
                raise WEBHOOK_ACTIVE
            if "allowed_updates" in parameters:
                self._allow(parameters["allowed_updates"])
            self._confirm(parameters.get("offset", 0))
            self._poll_number += 1
            return self._poll_number

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self._pending = self._pending[offset:]
        elif offset > 0:
            self._pending = [update for update in self._pending if update["update_id"] >= offset]

    def _allow(self, kinds: list[str]) -> None:
        self._allowed = set(kinds) or None

    def _is_wanted(self, kind: str) -> bool:
        return kind in self._allowed if self._allowed is not None else kind not in NOT_BY_DEFAULT

    def set_webhook(self, parameters: dict[str, Any]) -> bool:
        secret = parameters.get("secret_token", "")
        if secret and (len(secret) > 256 or not set(secret) <= SECRET):
            raise build_bad_request("secret token contains unallowed characters")
        url = parameters["url"]
        if url and not url.startswith("https://"):
            raise build_bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        with self._condition.modify():
            self.webhook = parameters if url else {}
            self._allow(parameters.get("allowed_updates", []))
            self._drop_pending(parameters)
        return True

    def delete_webhook(self, parameters: dict[str, Any]) -> bool:
        with self._condition.modify():
            self.webhook = {}
            self._drop_pending(parameters)
        return True

    def _drop_pending(self, parameters: dict[str, Any]) -> None:
        if parameters.get("drop_pending_updates"):
            self._pending.clear()

    def get_webhook_info(self) -> dict[str, Any]:
        info: dict[str, Any] = {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._pending),
        }
        if self._allowed is not None:
            info["allowed_updates"] = sorted(self._allowed)
        return info

    def peek_webhook_call(self) -> tuple[str, dict[str, str], dict[str, Any]] | None:
        """The next webhook call to make: address, headers and body."""
        with self._condition.read():
            if not self.webhook or not self._pending:
                return None
            secret = self.webhook.get("secret_token")
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
            return self.webhook["url"], headers, self._pending[0]

    def confirm_webhook_call(self, update_id: int) -> None:
        """The webhook answered 2xx."""
        with self._condition.modify():
            self._confirm(update_id + 1)
