"""Rendering of language-independent messages in a user's language."""

from bots.core.channel import Choice, RenderedInvoice, RenderedMessage
from bots.core.delivery.charts import Series, draw_stacked_bars
from bots.core.delivery.qr_codes import render_qr_png
from bots.locales import translate
from models.messaging.deliveries import Message, TranslatedChart, TranslatedInvoice, TranslatedText


def render_message(message: Message, language: str, *, reply_to: str | None = None) -> RenderedMessage:
    """Render a message in one language."""
    rows = tuple(
        tuple(Choice(choice.data, render_text(choice.label, language), choice.url) for choice in row)
        for row in message.choices
    )
    body = "\n".join(render_text(paragraph, language) for paragraph in message.paragraphs)
    invoice = _render_invoice(message.invoice, language) if message.invoice else None
    return RenderedMessage(body, rows, reply_to, invoice, _render_picture(message, language), message.answers)


def _render_picture(message: Message, language: str) -> bytes | None:
    if message.chart is not None:
        return _render_chart(message.chart, language)
    return render_qr_png(message.qr) if message.qr else None


def _render_chart(chart: TranslatedChart, language: str) -> bytes:
    series = [Series(render_text(each.name, language), each.values) for each in chart.series]
    return draw_stacked_bars(render_text(chart.title, language), chart.labels, series)


def _render_invoice(invoice: TranslatedInvoice, language: str) -> RenderedInvoice:
    return RenderedInvoice(render_text(invoice.title, language), invoice.payload, invoice.currency, invoice.amount)


def render_text(text: TranslatedText, language: str) -> str:
    """Render one text."""
    values = dict(text.values)
    if text.inner is not None:
        values["value"] = render_text(text.inner, language)
    return translate(language, text.key, values)
