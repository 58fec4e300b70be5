"""`/stats` and `/usage`: activity and revenue with a chart, and the cost of jobs against what they earned."""

from collections.abc import Sequence
from datetime import timedelta

from bots.core.admin.replies import add_error_reply, add_reply, build_command_button
from bots.core.context import Context, HandlerResult, Reply, text_for
from bots.core.conversation.payment_methods import amount_text_for
from bots.core.roles import Command
from models.billing.catalogue import Catalogue
from models.billing.prices import STARS_CURRENCY
from models.identity.roles import Role
from models.jobs.job import JobStatus
from models.messaging.deliveries import Message, TranslatedChart, TranslatedChoice, TranslatedSeries, TranslatedText
from pipeline import Pipeline
from storage.tenants import tenant_reports, tenant_stats
from storage.tenants.tenant_reports import JobTotals, ReportPeriod, SalesTotal

BARS_BY_DAYS = {1: 24, 7: 7, 30: 30}  # days of a report, and the bars of its chart


def stats(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Report the last 1, 7 or 30 days."""
    days = _parse_days(arguments, 1)
    if days is None:
        add_error_reply(result, "admin-stats-usage")
        return
    period = _period_for(context, days)
    paragraphs = [
        *_describe_people(context, period, days),
        *_describe_films(context, period),
        *_describe_revenue(context, period),
    ]
    choices = (_build_period_buttons("stats", days),)
    result.replies.append(
        Reply(Message(paragraphs=tuple(paragraphs), choices=choices, chart=_build_chart(context, period, days)))
    )


def _parse_days(arguments: str, default: int) -> int | None:
    choices = {"": default, "today": 1} | {str(days): days for days in BARS_BY_DAYS}
    return choices.get(arguments.lower())


def _period_for(context: Context, days: int) -> ReportPeriod:
    return ReportPeriod(context.account.tenant_id, context.now - timedelta(days=days), context.now)


def _build_period_buttons(command: str, current: int) -> tuple[TranslatedChoice, ...]:
    return tuple(
        build_command_button(f"{command} {days}", "admin-choice-days", days=days)
        for days in BARS_BY_DAYS
        if days != current
    )


def _describe_people(context: Context, period: ReportPeriod, days: int) -> list[TranslatedText]:
    day = tenant_stats.collect_stats(context.session, period.tenant_id, period.since, period.until)
    values = {
        "new": tenant_reports.count_new_people(context.session, period),
        "people": tenant_reports.count_active_people(context.session, period),
    }
    current = text_for("admin-stats-now", queued=day["queued"], running=day["running"])
    return [text_for("admin-stats-people", days=days, updates=day["updates"], **values), current]


def _describe_films(context: Context, period: ReportPeriod) -> list[TranslatedText]:
    paragraphs = [
        text_for(f"admin-stats-{each.kind}", done=each.done, failed=each.failed, cancelled=each.cancelled)
        for each in tenant_reports.sum_jobs(context.session, period)
    ] or [text_for("admin-stats-none")]
    if waits := tenant_reports.measure_waits(context.session, period, 0.5, 0.95):
        paragraphs.append(text_for("admin-stats-waits", half=round(waits[0]), most=round(waits[1])))
    return paragraphs


def _describe_revenue(context: Context, period: ReportPeriod) -> list[TranslatedText]:
    """Revenue by currency, and credits sold and used."""
    found = tenant_reports.list_sales(context.session, period)
    paragraphs = [
        TranslatedText(key="admin-stats-paid", inner=amount_text_for(sum(_list_amounts(found, currency)), currency))
        for currency in sorted({sale.currency for sale in found})
    ]
    used = sum(tenant_reports.sum_credits_spent(context.session, period).values())
    return [
        *paragraphs,
        text_for("admin-stats-credits", sold=tenant_reports.sum_credits_sold(context.session, period), used=used),
    ]


def _list_amounts(found: Sequence[SalesTotal], currency: str) -> list[int]:
    return [sale.amount - sale.refunded for sale in found if sale.currency == currency]


def _build_chart(context: Context, period: ReportPeriod, days: int) -> TranslatedChart:
    """Chart of jobs by hour or day: how many were done, and how many failed."""
    steps = BARS_BY_DAYS[days]
    deps = tenant_reports.count_over_time(context.session, period, steps)
    length = (period.until - period.since) / steps
    starts = [period.since + length * (index + (0.5 if days > 1 else 1)) for index in range(steps)]
    series = {"done": JobStatus.DONE, "failed": JobStatus.FAILED}
    return TranslatedChart(
        title=text_for("admin-stats-chart", days=days),
        labels=tuple(f"{start:%d/%m}" if days > 1 else f"{start:%H}h" for start in starts),
        series=tuple(
            TranslatedSeries(
                name=text_for(f"admin-stats-chart-{name}"), values=tuple(part.get(status, 0) for part in deps)
            )
            for name, status in series.items()
        ),
    )


def usage(pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Report what jobs cost by kind, and what the credits spent on them were sold for."""
    days = _parse_days(arguments, 30)
    if days is None:
        add_error_reply(result, "admin-usage-usage")
        return
    period = _period_for(context, days)
    found = tenant_reports.list_sales(context.session, period)
    credit_value = _compute_credit_value(pipeline.entitlements.catalogue, found)
    spent = tenant_reports.sum_credits_spent(context.session, period)
    lines = [
        line
        for each in tenant_reports.sum_jobs(context.session, period)
        for line in _describe_cost(each, spent.get(each.kind, 0), credit_value)
    ]
    revenue_lines = [
        TranslatedText(key="admin-usage-paid", inner=amount_text_for(sum(_list_amounts(found, currency)), currency))
        for currency in sorted({sale.currency for sale in found})
    ]
    paragraphs = (text_for("admin-usage", days=days), *(lines or [text_for("admin-stats-none")]), *revenue_lines)
    add_reply(result, *paragraphs, choices=(_build_period_buttons("usage", days),))


def _describe_cost(work: JobTotals, spent: int, credit_value: tuple[str, float] | None) -> list[TranslatedText]:
    costs = work.costs
    paragraphs = [
        text_for(f"admin-stats-{work.kind}", done=work.done, failed=work.failed, cancelled=work.cancelled),
        text_for(
            "admin-usage-cost",
            minutes=round(costs.provider_seconds / 60, 1),
            read=costs.prompt_tokens,
            written=costs.completion_tokens,
            local=round(costs.local_seconds / 60, 1),
            price=f"{round(costs.provider_cost / 10_000)} usd",
            seconds=round(costs.cpu_seconds),
            spent=spent,
        ),
    ]
    if credit_value is not None and spent:
        currency, value = credit_value
        paragraphs.append(
            TranslatedText(key="admin-usage-earned", inner=amount_text_for(round(spent * value), currency))
        )
    return paragraphs


def _compute_credit_value(catalogue: Catalogue, found: Sequence[SalesTotal]) -> tuple[str, float] | None:
    """Average price of one credit in minor units, in the currency with the most revenue; Stars do not count."""
    totals: dict[str, tuple[int, int]] = {}
    for sale in found:
        item = catalogue.find_item(sale.item)
        if item is not None and sale.currency != STARS_CURRENCY and sale.count:
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
