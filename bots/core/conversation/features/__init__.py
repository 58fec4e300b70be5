"""How each kind of job is asked for in a conversation. Importing this package registers the product's own features,
and those of other packages (entry points `rabisco.features`).
"""

from bots.core.conversation.features.caption import CAPTION_FEATURE
from bots.core.conversation.features.chapters import CHAPTERS_FEATURE
from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.registry import register_feature
from bots.core.conversation.features.sketch import SKETCH_FEATURE
from bots.core.conversation.features.summary import SUMMARY_FEATURE
from bots.core.conversation.features.transcript import TRANSCRIPT_FEATURE
from models.plugins import load_plugins

_PLUGINS = load_plugins("rabisco.features", Feature)
_OWN = (SKETCH_FEATURE, CAPTION_FEATURE, TRANSCRIPT_FEATURE, SUMMARY_FEATURE, CHAPTERS_FEATURE)
for _feature in (*_OWN, *_PLUGINS):
    register_feature(_feature)
