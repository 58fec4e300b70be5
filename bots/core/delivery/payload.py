"""What is sent or edited for one delivery."""

from dataclasses import dataclass

from bots.core.channel import ChatRef, RenderedMessage, Upload


@dataclass(frozen=True, slots=True)
class DeliveryPayload:
    """All that is needed to send a delivery."""

    chat_ref: ChatRef
    text: RenderedMessage
    edited_message_id: str | None
    upload: Upload | None
