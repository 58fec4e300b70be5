"""Rendering of language-independent messages in a user's language."""

from bots.core.channel import Choice, Invoice, Text
from bots.core.charts import Series, bars
from bots.core.pictures import qr_picture
from bots.locales import say
from models.deliveries import ChartWording, InvoiceWording, Message, Wording


def text_of(message: Message, language: str, *, reply_to: str | None = None) -> Text:
    """Render a message in one language."""
    rows = tuple(
        tuple(Choice(choice.data, phrase(choice.label, language), choice.url) for choice in row)
        for row in message.choices
    )
    text = "\n".join(phrase(wording, language) for wording in message.paragraphs)
    invoice = _invoice(message.invoice, language) if message.invoice else None
    return Text(text, rows, reply_to, invoice, _picture(message, language))


def _picture(message: Message, language: str) -> bytes | None:
    if message.chart is not None:
        return _drawn(message.chart, language)
    return qr_picture(message.qr) if message.qr else None


def _drawn(chart: ChartWording, language: str) -> bytes:
    series = [Series(phrase(each.name, language), each.values) for each in chart.series]
    return bars(phrase(chart.title, language), chart.labels, series)


def _invoice(invoice: InvoiceWording, language: str) -> Invoice:
    return Invoice(phrase(invoice.title, language), invoice.payload, invoice.currency, invoice.amount)


def phrase(wording: Wording, language: str) -> str:
    """Render one text."""
    values = dict(wording.values)
    if wording.inner is not None:
        values["value"] = phrase(wording.inner, language)
    return say(language, wording.key, values)
