"""Previews in messages: caption styles as a picture above the text or a short film, and numbered objects."""

from dataclasses import replace

import structlog

from bots.core.channel import RenderedMessage, Upload
from bots.core.delivery.payload import DeliveryPayload
from models.errors import AppError
from models.messaging.deliveries import Delivery
from pipeline import PREVIEW_SECONDS, PreviewFilm, PreviewRenderer, PreviewRequest, StillRequest

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
        film = previews.draw_film(request)
        key = previews.store_film(film)
    except (AppError, OSError) as error:
        log.warning("preview-failed", delivery=delivery.id, error=str(error))
        return payload
    return replace(payload, upload=_build_upload(film, f"rabisco-{request.options.style}.mp4", key, payload.text))


def attach_still(
    payload: DeliveryPayload, delivery: Delivery, request: StillRequest, previews: PreviewRenderer
) -> DeliveryPayload:
    """Draw the numbered objects of a message; where they cannot be drawn, it is sent without a picture. Blocking."""
    try:
        picture = previews.draw_still(request).read_bytes()
    except (AppError, OSError) as error:
        log.warning("preview-failed", delivery=delivery.id, error=str(error))
        return payload
    areas = tuple(each.spot for each in request.subjects)
    return replace(payload, text=replace(payload.text, picture=picture, areas=areas))


def _build_upload(film: PreviewFilm, name: str, key: str, caption: RenderedMessage) -> Upload:
    return Upload(
        film.path,
        name,
        caption,
        width=film.width,
        height=film.height,
        seconds=PREVIEW_SECONDS,
        thumbnail=film.thumbnail,
        key=key,
    )
