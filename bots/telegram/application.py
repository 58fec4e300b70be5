"""Construction of the `telegram.ext.Application`."""

from typing import Any

from telegram.ext import Application, ApplicationBuilder

from bots.telegram.intake import DurableQueue
from bots.telegram.limiter import ShortPauses
from bots.telegram.transport import StreamingRequest
from models.settings import OFFICIAL_TELEGRAM

Builder = ApplicationBuilder[Any, Any, Any, Any, Any, Any]
App = Application[Any, Any, Any, Any, Any, Any]

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "pre_checkout_query")
POLL_SLACK = 10.0  # seconds a long poll's response may be late before the connection counts as dead
WAITING_UPDATES = 4096  # includes those waiting; KeyedQueue limits how many are handled at once


def builder_for(token: str, api_url: str = OFFICIAL_TELEGRAM) -> Builder:
    """Create a builder with the bot's token and the URLs of the Bot API server."""
    api = api_url.rstrip("/")
    return (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api}/bot")
        .base_file_url(f"{api}/file/bot")
        .request(StreamingRequest())
        .get_updates_request(StreamingRequest(connection_pool_size=2, read_timeout=POLL_SLACK))
    )


def built(builder: Builder, queue: DurableQueue) -> App:
    """Build the application: adds our rate limiter, update queue and concurrency to a configured builder."""
    builder.rate_limiter(ShortPauses()).update_queue(queue).job_queue(None)
    return builder.concurrent_updates(WAITING_UPDATES).build()
