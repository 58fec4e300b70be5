"""`/stats` and `/usage`: how the business goes, with a picture of it, and what films cost against what they earned."""

from collections.abc import Sequence
from datetime import timedelta

from bots.core.admin.answers import mistaken, press, tell
from bots.core.roles import Command, Role
from bots.core.visit import Outcome, Reply, Visit, word
from bots.core.ways import amount
from models.catalogue import Catalogue
from models.deliveries import ChartWording, ChoiceWording, Message, SeriesWording, Wording
from models.jobs import Status
from models.prices import STARS
from pipeline.service import Pipeline
from storage import business, overview
from storage.overview import Sale, Span, Work

DAYS = {1: 24, 7: 7, 30: 30}  # days of a report, and the bars of its picture


def stats(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Today, or the last 7 or 30 days."""
    days = _days(arguments, 1)
    if days is None:
        mistaken(outcome, "admin-stats-usage")
        return
    span = _span(visit, days)
    paragraphs = [*_people(visit, span, days), *_films(visit, span), *_money(visit, span)]
    choices = (_other_days("stats", days),)
    outcome.replies.append(
        Reply(Message(paragraphs=tuple(paragraphs), choices=choices, chart=_chart(visit, span, days)))
    )


def _days(arguments: str, usual: int) -> int | None:
    named = {"": usual, "today": 1} | {str(days): days for days in DAYS}
    return named.get(arguments.lower())


def _span(visit: Visit, days: int) -> Span:
    return Span(visit.account.tenant_id, visit.now - timedelta(days=days), visit.now)


def _other_days(command: str, shown: int) -> tuple[ChoiceWording, ...]:
    return tuple(press(f"{command} {days}", "admin-choice-days", days=days) for days in DAYS if days != shown)


def _people(visit: Visit, span: Span, days: int) -> list[Wording]:
    day = business.day(visit.session, span.tenant_id, span.since)
    told = {"new": overview.newcomers(visit.session, span), "people": overview.active(visit.session, span)}
    now = word("admin-stats-now", queued=day["queued"], running=day["running"])
    return [word("admin-stats-people", days=days, updates=day["updates"], **told), now]


def _films(visit: Visit, span: Span) -> list[Wording]:
    told = [
        word(f"admin-stats-{each.kind}", done=each.done, failed=each.failed, cancelled=each.cancelled)
        for each in overview.work(visit.session, span)
    ] or [word("admin-stats-none")]
    if waits := overview.waits(visit.session, span, 0.5, 0.95):
        told.append(word("admin-stats-waits", half=round(waits[0]), most=round(waits[1])))
    return told


def _money(visit: Visit, span: Span) -> list[Wording]:
    """What came in by currency, and credits sold and used."""
    found = overview.sales(visit.session, span)
    told = [
        Wording(key="admin-stats-paid", inner=amount(sum(_amounts(found, currency)), currency))
        for currency in sorted({sale.currency for sale in found})
    ]
    used = sum(each.spent for each in overview.work(visit.session, span))
    return [*told, word("admin-stats-credits", sold=overview.sold(visit.session, span), used=used)]


def _amounts(found: Sequence[Sale], currency: str) -> list[int]:
    return [sale.amount - sale.returned for sale in found if sale.currency == currency]


def _chart(visit: Visit, span: Span, days: int) -> ChartWording:
    """Films by hour or day: how many were made, and how many failed."""
    steps = DAYS[days]
    parts = overview.over_time(visit.session, span, steps)
    length = (span.until - span.since) / steps
    starts = [span.since + length * (place + (0.5 if days > 1 else 1)) for place in range(steps)]
    shown = {"done": Status.DONE, "failed": Status.FAILED}
    return ChartWording(
        title=word("admin-stats-chart", days=days),
        labels=tuple(f"{start:%d/%m}" if days > 1 else f"{start:%H}h" for start in starts),
        series=tuple(
            SeriesWording(name=word(f"admin-stats-chart-{name}"), values=tuple(part.get(status, 0) for part in parts))
            for name, status in shown.items()
        ),
    )


def usage(pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """What films cost by kind, and what the credits spent on them were sold for."""
    days = _days(arguments, 30)
    if days is None:
        mistaken(outcome, "admin-usage-usage")
        return
    span = _span(visit, days)
    found = overview.sales(visit.session, span)
    worth = _worth(pipeline.access.catalogue, found)
    lines = [line for each in overview.work(visit.session, span) for line in _cost(each, worth)]
    earned = [
        Wording(key="admin-usage-paid", inner=amount(sum(_amounts(found, currency)), currency))
        for currency in sorted({sale.currency for sale in found})
    ]
    told = (word("admin-usage", days=days), *(lines or [word("admin-stats-none")]), *earned)
    tell(outcome, *told, choices=(_other_days("usage", days),))


def _cost(each: Work, worth: tuple[str, float] | None) -> list[Wording]:
    told = [
        word(f"admin-stats-{each.kind}", done=each.done, failed=each.failed, cancelled=each.cancelled),
        word(
            "admin-usage-cost",
            minutes=round(each.provider_seconds / 60, 1),
            price=f"{round(each.provider_cost / 10_000)} usd",
            seconds=round(each.cpu_seconds),
            spent=each.spent,
        ),
    ]
    if worth is not None and each.spent:
        currency, one = worth
        told.append(Wording(key="admin-usage-earned", inner=amount(round(each.spent * one), currency)))
    return told


def _worth(catalogue: Catalogue, found: Sequence[Sale]) -> tuple[str, float] | None:
    """What one credit was sold for on average, in the currency most of the money came in by; not in Stars."""
    totals: dict[str, tuple[int, int]] = {}
    for sale in found:
        item = catalogue.item(sale.item)
        if item is not None and sale.currency != STARS and sale.count:
            money, credits_ = totals.get(sale.currency, (0, 0))
            totals[sale.currency] = (money + sale.amount, credits_ + item.credits * sale.count)
    if not totals:
        return None
    currency = max(totals, key=lambda each: totals[each][1])
    return currency, totals[currency][0] / totals[currency][1]


COMMANDS = (
    Command("stats", stats, Role.ADMIN),
    Command("usage", usage, Role.ADMIN),
)
