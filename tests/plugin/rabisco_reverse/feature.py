"""The feature: `/reverse` with a video, and the setting of how many times it is played."""

from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.settings import Setting, SettingValue, values_from
from models.messaging.deliveries import TranslatedText
from rabisco_reverse.kind import REVERSE

LOOPS = ("1", "2", "60")


def _list_loops() -> tuple[SettingValue, ...]:
    return values_from({loops: TranslatedText(key="choice-loops", values={"loops": loops}) for loops in LOOPS})


REVERSE_FEATURE = Feature(
    REVERSE,
    aliases=("backwards", "ao contrario", "al reves"),
    settings=(Setting("loops", option="loops", default="1", list_values=_list_loops, parse=int),),
)
