"""Definition of a feature: how a kind of job is asked for in a conversation, as data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bots.core.conversation.features.settings import Setting, Tastes
from models.jobs.options import JobOptions
from models.media.facts import MediaKind
from models.messaging.deliveries import TranslatedText
from pipeline import JobKind


@dataclass(frozen=True, slots=True)
class Feature:
    """A kind of job in the conversation.

    Its command is the kind's name: `/sketch` in the caption of a file, or alone for the last file that was sent.
    `aliases` are plain texts that mean the same, without capitals, accents and punctuation. Files of the media kinds
    `default_for` need no command. The texts are those of `list_text_keys`.
    """

    kind: JobKind
    aliases: tuple[str, ...] = ()
    default_for: frozenset[MediaKind] = frozenset()
    settings: tuple[Setting, ...] = ()
    edits: Mapping[str, Setting] = field(default_factory=dict)  # switches under a result, by letters
    fixed_options: Mapping[str, Any] = field(default_factory=dict)  # of every job
    parse_words: Callable[[str], Mapping[str, Any]] | None = None  # options in the words sent with a file
    word_options: tuple[str, ...] = ()  # the names of those, which a repetition keeps
    later_options: tuple[str, ...] = ()  # the names of those that a text alone, after a result, makes it again with
    find_hints: Callable[[str], Sequence[TranslatedText]] | None = None  # what of the words cannot be done

    @property
    def command(self) -> str:
        return self.kind.name

    def list_text_keys(self) -> tuple[str, ...]:
        """Keys of the texts that every language must have for this feature."""
        kind = self.kind
        return (
            *(f"{kind.name}-{purpose}" for purpose in ("ready", "needs", "report")),
            *(f"{prefix}-{kind.name}" for prefix in ("command", "admin-stats")),
            *(f"{prefix}-{stage}" for stage in kind.stages for prefix in ("status", "status-now")),
            *(button.label_key for button in kind.buttons),
            *(follow_up.label_key for follow_up in kind.follow_ups),
            *(f"{kind.name}-file-{button.output}" for button in kind.buttons if button.output),
            *(key for setting in self.settings for key in setting.list_text_keys()),
        )

    def list_hints(self, words: str) -> Sequence[TranslatedText]:
        """What of the words sent with a file cannot be done; the job is made all the same."""
        return self.find_hints(words) if self.find_hints is not None else ()

    def build_options(self, tastes: Tastes, *, has_chat_model: bool = True, words: str = "") -> JobOptions:
        """The options of a job by a user's preferences and the words sent with the file; those that need a chat model
        have their defaults without one. Raises RequestRejected for words that no option can have, and pydantic's
        ValidationError for impossible preferences."""
        chosen = {
            setting.option: tastes.get(setting.name, setting.default)
            if has_chat_model or not setting.needs_chat_model
            else setting.default
            for setting in self.settings
        }
        said = self.parse_words(words) if self.parse_words is not None else {}
        return self.kind.options.model_validate({**self.fixed_options, **chosen, **said})
