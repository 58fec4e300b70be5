"""Registry of the conversation's features."""

from collections.abc import Container

from bots.core.conversation.command_aliases import normalize
from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.settings import Setting
from bots.locales import LANGUAGES, has_text
from models.errors import ConfigError
from models.media.facts import MediaKind
from pipeline import get_kind, list_kinds

_features: dict[str, Feature] = {}


def register_feature(feature: Feature) -> None:
    """Register a feature. Raises ConfigError for one whose kind of job is not registered, or has a feature already, and
    where two would take files of the same media kind without a command.
    """
    if get_kind(feature.kind.name) is not feature.kind or feature.kind.name in _features:
        raise ConfigError(f"there are two features called {feature.kind.name!r}")
    if any(feature.default_for & other.default_for for other in _features.values()):
        raise ConfigError(f"the feature {feature.kind.name!r} takes files of another one")
    _features[feature.kind.name] = feature


def get_feature(kind: str) -> Feature:
    """The feature of a kind of job. Raises ConfigError if there is none."""
    if kind not in _features:
        raise ConfigError(f"the kind of job {kind!r} has no feature in the conversation")
    return _features[kind]


def list_features() -> tuple[Feature, ...]:
    """All features, in the order of registration."""
    return tuple(_features.values())


def find_requested_feature(text: str) -> Feature | None:
    """The feature that a text asks for: by its command, "/sketch", or by one of its aliases as the whole text."""
    name = text.removeprefix("/").partition(" ")[0].lower() if text.startswith("/") else None
    said = normalize(text)
    return next((each for each in list_features() if each.command == name or said in each.aliases), None)


def find_default_feature(media_kind: MediaKind) -> Feature | None:
    """The feature that takes files of that media kind without a command."""
    return next((each for each in list_features() if media_kind in each.default_for), None)


def list_settings() -> tuple[Setting, ...]:
    """The settings of all features, each once."""
    return tuple({setting.name: setting for feature in list_features() for setting in feature.settings}.values())


def list_group(group: str, *, has_chat_model: bool = True) -> tuple[Setting, ...]:
    """The settings of a group that are offered, none for an unknown one."""
    members = [setting for setting in list_settings() if group and setting.group == group]
    return tuple(setting for setting in members if has_chat_model or not setting.needs_chat_model)


def find_setting(name: str) -> Setting | None:
    return next((setting for setting in list_settings() if setting.name == name), None)


def check_features(priced: Container[str] = frozenset()) -> None:
    """Check at the start of a process that every kind of job can be asked for, and has its texts in every language;
    `priced` are the names of kinds with a price of their own. Raises ConfigError.
    """
    for kind in list_kinds():
        price_keys = (f"{kind.name}-price",) if kind.name in priced else ()
        keys = (*get_feature(kind.name).list_text_keys(), *price_keys)
        for language in LANGUAGES:
            missing = [key for key in keys if not has_text(language, key)]
            if missing:
                raise ConfigError(f"the kind of job {kind.name!r} has no texts in {language!r}: {', '.join(missing)}")
