"""Sounds that results are made to: a voice note or an audio file together with pictures, or in reply to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bots.core.context import Context
from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.registry import list_features
from bots.core.conversation.jobs import quoted_files
from models.errors import ErrorCode, RequestRejected
from models.media.files import Media
from storage.media.files import MeasuredFile


@dataclass(frozen=True, slots=True)
class Accompaniment:
    """A sound, the feature whose inputs it accompanies, and these: files of the same message or of the one that is
    replied to, or else what a result of the bot was made from.
    """

    feature: Feature
    sound: MeasuredFile
    files: tuple[MeasuredFile, ...]
    media: tuple[Media, ...] = ()

    @property
    def received(self) -> tuple[MeasuredFile, ...]:
        """The files to be stored, the sound last."""
        return (*self.files, self.sound)

    def check_length(self) -> None:
        """Raises RequestRejected(TOO_LONG) for a sound that is longer than a result may be."""
        longest = self.feature.kind.limits.max_seconds
        if (self.sound.info.seconds or 0) > longest:
            raise RequestRejected(ErrorCode.TOO_LONG, limit=round(longest))


def find_accompaniment(
    context: Context, sent: Sequence[MeasuredFile], requested: Feature | None
) -> Accompaniment | None:
    """The sound among the files of a message, and what it accompanies; None where there is no such sound, or several,
    or another feature is asked for.
    """
    for feature in list_features() if requested is None else (requested,):
        kind = feature.kind
        sounds = [file for file in sent if file.info.kind in kind.accepts_beside]
        if len(sounds) != 1:
            continue
        quoted = [file for file in context.quoted_files if isinstance(file, MeasuredFile)]
        for files in (sent, quoted):
            accepted = [file for file in files if file.info.kind in kind.accepts][: kind.limits.max_inputs]
            if accepted:
                return Accompaniment(feature, sounds[0], tuple(accepted))
        media = [item for item in quoted_files.find_quoted_inputs(context) or () if item.kind in kind.accepts]
        if media:
            return Accompaniment(feature, sounds[0], (), tuple(media))
    return None
