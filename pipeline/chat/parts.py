"""Texts that are too long for one request of a chat model, asked about in parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from models.errors import ErrorCode, ProcessingFailed
from pipeline.chat.model import AnswerT, AnswerUnusable, ChatJob, ChatModel

MAX_REPEATS: Final = 8  # requests beyond the first one for each part
_LINE_OVERHEAD: Final = 24  # bytes of JSON around a numbered line

LineT = TypeVar("LineT")


def split_lines(lines: Sequence[str], max_bytes: int, max_lines: int | None = None) -> Iterator[list[str]]:
    """Split lines into parts of at most so many bytes; a longer line is a part of its own.

    Bytes of UTF-8 are in every script about as many times the model's tokens, which characters are not.
    """
    part, size = list[str](), 0
    for line in lines:
        line_size = measure_lines([line])
        if part and (len(part) == max_lines or size + line_size > max_bytes):
            yield part
            part, size = [], 0
        part.append(line)
        size += line_size
    if part:
        yield part


def measure_lines(lines: Sequence[str]) -> int:
    """Bytes of lines in a request."""
    return sum(len(line.encode()) + _LINE_OVERHEAD for line in lines)


@dataclass(slots=True)
class PartedQuestion(Generic[LineT, AnswerT]):
    """A question about lines: where an answer cannot be used it is asked about each half."""

    model: ChatModel
    job: ChatJob
    answer: type[AnswerT]
    repeats_left: int = MAX_REPEATS

    def ask(self, instructions: str, lines: Sequence[LineT]) -> list[AnswerT]:
        """The answers about all lines, in order.

        Raises JobCancelled, or ProcessingFailed(TEXT_SERVICE_DOWN), also where answers stay unusable.
        """
        try:
            return [self.model.ask(instructions, {"lines": list(lines)}, self.answer, self.job)]
        except AnswerUnusable as error:
            if not self.repeats_left:
                raise ProcessingFailed(ErrorCode.TEXT_SERVICE_DOWN) from error
        self.repeats_left -= 1
        middle = len(lines) // 2
        halves = [part for part in (lines[:middle], lines[middle:]) if part]
        return [found for half in halves for found in self.ask(instructions, half)]
