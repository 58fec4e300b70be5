"""Edit of a captioned film: what is cut out of it, and the words at the times that they have then."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from models.captions.cut_rules import load_cut_rules
from models.errors import ErrorCode, RequestRejected
from models.jobs.editing import EditingOptions
from models.jobs.transcript import Transcript, Word
from pipeline.captions.editing.cut_planning import plan_cuts
from pipeline.captions.editing.cut_words import cut_words, find_fillers
from pipeline.captions.editing.end_card import CARD_SECONDS
from pipeline.media import audio
from pipeline.media.editing.cut_list import Edit
from pipeline.media.streams.source import read_frame_times
from pipeline.speech.audio_reader import WavReader
from pipeline.speech.voice_activity import Pause, find_pauses


@dataclass(frozen=True, slots=True)
class EditedWords:
    """Words at their times in the film, and the edit by which they have them."""

    words: Sequence[Word]
    edit: Edit


def plan_edit(
    video: Path, shown: Sequence[Word], spoken: Transcript, options: EditingOptions, sound: Path
) -> EditedWords:
    """The edit that the options ask for. `shown` are the spoken words or their translation; `sound` is the WAV file of
    the video's sound, written where it is missing. Raises what `read_frame_times` raises.
    """
    closing = CARD_SECONDS if options.end_card else Fraction(0)
    pauses = _find_pauses(video, sound) if options.cut_pauses else []
    if not pauses:
        return EditedWords(shown, Edit(closing=closing))
    is_translated = list(shown) != list(spoken.words)
    fillers = find_fillers(spoken.words, spoken.language)
    cuts = plan_cuts(spoken.words, fillers, pauses, read_frame_times(video), load_cut_rules())
    words = cut_words(shown, frozenset() if is_translated else fillers, cuts)
    return EditedWords(words, Edit(cuts, closing))


def _find_pauses(video: Path, sound: Path) -> list[Pause]:
    """Where the sound is quiet; none in a video without sound, where nobody knows what matters."""
    if not sound.exists():
        try:
            audio.extract(video, sound)
        except RequestRejected as error:
            if error.code in {ErrorCode.NO_AUDIO, ErrorCode.BROKEN_FILE}:
                return []
            raise
    with WavReader(sound) as recording:
        return find_pauses(recording.read_levels())
