"""How each kind of job is asked for in a conversation. Importing this package registers the product's own features."""

from bots.core.conversation.features.caption import CAPTION_FEATURE
from bots.core.conversation.features.registry import register_feature
from bots.core.conversation.features.sketch import SKETCH_FEATURE
from bots.core.conversation.features.transcript import TRANSCRIPT_FEATURE

for _feature in (SKETCH_FEATURE, CAPTION_FEATURE, TRANSCRIPT_FEATURE):
    register_feature(_feature)
