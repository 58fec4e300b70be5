"""Billing periods of subscriptions, by the calendar."""

import calendar
from datetime import UTC, datetime

DAY = 24 * 3600


def compute_period_end(anchor: int, start: int, recurring: dict[str, object]) -> int:
    """The end of the period that starts at `start`: on the anchor's day of the month, or the month's last."""
    interval, count = str(recurring["interval"]), int(str(recurring["interval_count"]))
    if interval in {"day", "week"}:
        return start + DAY * count * (7 if interval == "week" else 1)
    begun, day = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(anchor, UTC).day
    month = begun.month - 1 + count * (12 if interval == "year" else 1)
    year, month = begun.year + month // 12, month % 12 + 1
    day = min(day, calendar.monthrange(year, month)[1])
    return int(begun.replace(year=year, month=month, day=day).timestamp())
