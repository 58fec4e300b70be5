"""Steps of a running outbox sender, one at a time."""

from bots.core.delivery.outbox_sender import OutboxSender


async def send_due(sender: OutboxSender) -> int:
    """Send the messages due now and wait until the results are recorded; returns their number."""
    count = await sender.start_sends()
    if count:
        await sender.drain()
    return count
