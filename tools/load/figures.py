"""From what was seen to figures with goals."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from fakes.telegram_api import TelegramBotMessage

from tools.load.alone import Sample
from tools.load.floods import FloodLimits
from tools.load.trial import Trial

SHARE: Final = 0.90
ACKNOWLEDGED: Final = 1.0  # seconds, p95
MEMORY: Final = 200.0  # megabytes
QUIET: Final = 0.10  # how far the samples may lie from their mean; more, and something else was at work
GROWTH: Final = 10.0  # megabytes in the second half
BETWEEN_EDITS: Final = 2.95  # seconds; 3, less what two requests may differ in on their way
UNKNOWN: Final = -1.0


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, its goal where it has one, and whether it is reached."""

    name: str
    value: str
    goal: str = ""
    ok: bool = True


def rows(trial: Trial, limits: FloodLimits) -> list[Row]:
    """Every figure of a run."""
    return [*_work(trial), *_acknowledgements(trial), *_memory(trial.memory), *_edits(trial, limits), *_spent(trial)]


def share(trial: Trial) -> float:
    """Throughput as a share of the renderers' alone: each round against the samples before and after it."""
    pairs = zip(trial.rounds, trial.samples, trial.samples[1:], strict=False)
    shares = [each.rate / _rate(before, after) for each, before, after in pairs]
    return sum(shares) / len(shares) if shares else UNKNOWN


def disagreement(samples: Sequence[Sample]) -> float:
    """How far a sample lies from the mean of all, as a share of it: what else the machine did meanwhile."""
    mean = _rate(*samples)
    return max(abs(sample.rate - mean) for sample in samples) / mean


def _rate(*samples: Sample) -> float:
    return sum(sample.rate for sample in samples) / len(samples)


def _work(trial: Trial) -> Iterator[Row]:
    sent, films = trial.sent, [sending.film() for sending in trial.sent]
    people = len({sending.person.id for sending in sent})
    came = sum(film is not None for film in films)
    replies = Counter(each.reply_to for chat in _chats(trial) for each in chat if each.kind in {"video", "animation"})
    twice = sum(count > 1 for count in replies.values())
    yield Row("people / jobs / films received / twice", f"{people} / {len(sent)} / {came} / {twice}", "all, once",
              came == len(sent) and not twice)  # fmt: skip
    yield Row("films a second", " / ".join(f"{each.rate:.3f}" for each in trial.rounds))
    if trial.samples:
        reached = share(trial)
        yield Row("the renderers alone, films a second", " / ".join(f"{each.rate:.3f}" for each in trial.samples))
        differ = disagreement(trial.samples)
        yield Row("their samples lie from their mean by at most", f"{differ:.0%}", f"<= {QUIET:.0%}", differ <= QUIET)
        yield Row("throughput as a share of theirs", f"{reached:.3f}", f">= {SHARE:.2f}", reached >= SHARE)


def _acknowledgements(trial: Trial) -> Iterator[Row]:
    firsts = [(sending, sending.acknowledged()) for sending in trial.sent]
    waits = sorted(first.sent_at - sending.at for sending, first in firsts if first)
    p95 = at_share(waits, 0.95)
    yield Row("acknowledgement, median / p95 / max, s", f"{median(waits):.2f} / {p95:.2f} / {waits[-1]:.2f}",
              f"p95 <= {ACKNOWLEDGED:g}", p95 <= ACKNOWLEDGED)  # fmt: skip


def at_share(ordered: Sequence[float], part: float) -> float:
    """The value below which that part of them lies."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def growth(memory: Sequence[float]) -> float:
    """Megabytes the second half added: the median of its last fifth less that of its first."""
    half = memory[len(memory) // 2 :]
    fifth = max(1, len(half) // 5)
    return median(half[-fifth:]) - median(half[:fifth])


def _memory(memory: Sequence[float]) -> Iterator[Row]:
    most, grown = max(memory), growth(memory)
    yield Row("memory of the bot's process, most, MB", f"{most:.0f}", f"<= {MEMORY:g}", 0 < most <= MEMORY)
    yield Row("its growth in the second half, MB", f"{grown:+.1f}", f"<= {GROWTH:g}", grown <= GROWTH)


def _edits(trial: Trial, limits: FloodLimits) -> Iterator[Row]:
    messages = [message for chat in _chats(trial) for message in chat]
    gaps = [gap for message in messages for gap in pauses(message)]
    least = min(gaps, default=float("inf"))
    edits = [len(message.edits) for message in messages if message.edits]
    yield Row("edits / most of one message", f"{sum(edits)} / {max(edits, default=0)}")
    yield Row("least pause between two edits of a message, s", f"{least:.2f}", f">= {BETWEEN_EDITS}",
              least >= BETWEEN_EDITS)  # fmt: skip
    yield Row("answers 429", str(limits.refused), "0", limits.refused == 0)
    yield Row("most messages and edits in one second", str(limits.most))


def pauses(message: TelegramBotMessage) -> list[float]:
    """Seconds between the edits of a message."""
    moments = [edit.edited_at for edit in message.edits]
    return [later - before for before, later in pairwise(moments)]


def _chats(trial: Trial) -> list[list[TelegramBotMessage]]:
    chats = {sending.person.id: sending.person.chat for sending in trial.sent}
    return [list(chat.messages) for chat in chats.values()]


def _spent(trial: Trial) -> Iterator[Row]:
    jobs = len(trial.sent)
    spent = Counter[str]()
    for each in trial.rounds:
        spent.update(each.spent)
    spent["worker, beside rendering"] = spent.pop("worker") - trial.render_cpu
    everything = spent.total() + trial.render_cpu
    yield Row("rendering's share of all processor time", f"{trial.render_cpu / everything:.3f}")
    if trial.samples:
        alone = sum(sample.cpu for sample in trial.samples) / len(trial.samples)
        yield Row("CPU s a job: rendering alone", f"{alone:.3f}")
    yield Row("CPU s a job: rendering in the product", f"{trial.render_cpu / jobs:.3f}")
    for name, seconds in sorted(spent.items()):
        yield Row(f"CPU s a job: {name}", f"{seconds / jobs:.3f}")
