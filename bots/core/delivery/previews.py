"""Previews of caption styles in messages: a picture above the text, or a short film."""

from dataclasses import replace

import structlog

from bots.core.channel import Upload
from bots.core.delivery.payload import DeliveryPayload
from models.errors import AppError
from models.messaging.deliveries import Delivery
from pipeline import PREVIEW_SECONDS, PreviewRenderer, PreviewRequest

log = structlog.get_logger(__name__)


def attach_preview(
    payload: DeliveryPayload, delivery: Delivery, request: PreviewRequest, previews: PreviewRenderer
) -> DeliveryPayload:
    """Draw the preview of a message; where it cannot be drawn, the message is sent without it. Blocking."""
    preview = delivery.content.preview
    try:
        if preview is None or not preview.is_film:
            picture = previews.draw_picture(request).read_bytes()
            return replace(payload, text=replace(payload.text, picture=picture))
        path, key = previews.draw_film(request), previews.store_film(request)
    except (AppError, OSError) as error:
        log.warning("preview-failed", delivery=delivery.id, error=str(error))
        return payload
    upload = Upload(path, path.name, payload.text, seconds=PREVIEW_SECONDS, key=key)
    return replace(payload, upload=upload)
