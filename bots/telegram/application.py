"""Construction of the `telegram.ext.Application`."""

from typing import Any

from telegram.ext import Application, ApplicationBuilder

from bots.telegram.inbound import DurableQueue
from bots.telegram.limiter import BoundedRateLimiter
from bots.telegram.transport import StreamingRequest
from models.settings import OFFICIAL_TELEGRAM_URL

Builder = ApplicationBuilder[Any, Any, Any, Any, Any, Any]
TelegramApplication = Application[Any, Any, Any, Any, Any, Any]

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "pre_checkout_query")
POLL_READ_TIMEOUT = 10.0  # seconds a long poll's response may be late before the connection counts as dead


def builder_for(token: str, api_url: str = OFFICIAL_TELEGRAM_URL) -> Builder:
    """Create a builder with the bot's token and the URLs of the Bot API server."""
    api = api_url.rstrip("/")
    return (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api}/bot")
        .base_file_url(f"{api}/file/bot")
        .request(StreamingRequest())
        .get_updates_request(StreamingRequest(connection_pool_size=2, read_timeout=POLL_READ_TIMEOUT))
    )


def build_application(builder: Builder, queue: DurableQueue) -> TelegramApplication:
    """Build the application: adds our rate limiter and update queue to a configured builder."""
    return builder.rate_limiter(BoundedRateLimiter()).update_queue(queue).job_queue(None).build()
