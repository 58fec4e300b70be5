"""`/vocabulary`: names and brands of a tenant, which are heard as they are spelled here."""

from collections.abc import Callable, Sequence

from bots.core.admin.replies import add_error_reply, add_reply
from bots.core.context import Context, HandlerResult, text_for
from bots.core.roles import Command, split_verb
from models.identity.people import Tenant
from models.identity.roles import Role
from models.jobs.vocabulary import add_words, is_within_prompt, parse_words, remove_words
from models.messaging.deliveries import TranslatedText
from pipeline import Pipeline

Change = Callable[[Sequence[str], Sequence[str]], list[str]]
CHANGES: dict[str, Change] = {"add": add_words, "remove": remove_words, "set": lambda _, words: list(words)}


def vocabulary(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """`add WORD, WORD`, `remove WORD`, `set WORD, WORD`, `clear`, or nothing to see the words."""
    verb, rest = split_verb(arguments)
    words = parse_words(rest)
    if not verb:
        add_reply(result, *_describe(context), text_for("admin-vocabulary-usage"))
    elif verb == "clear":
        _store(context, result, [])
    elif verb in CHANGES and words:
        _store(context, result, CHANGES[verb](_tenant_of(context).vocabulary, words))
    else:
        add_error_reply(result, "admin-vocabulary-usage")


def _store(context: Context, result: HandlerResult, words: Sequence[str]) -> None:
    unique = add_words((), words)
    if not is_within_prompt(unique):
        add_error_reply(result, "admin-vocabulary-full")
        return
    _tenant_of(context).vocabulary = unique
    result.audit_details["words"] = len(unique)
    add_reply(result, *_describe(context))


def _describe(context: Context) -> tuple[TranslatedText, ...]:
    words = _tenant_of(context).vocabulary
    if not words:
        return (text_for("admin-vocabulary-none"),)
    return text_for("admin-vocabulary", count=len(words)), text_for("name", name=", ".join(words))


def _tenant_of(context: Context) -> Tenant:
    return context.session.get_one(Tenant, context.account.tenant_id)


COMMANDS = (Command("vocabulary", vocabulary, Role.ADMIN, verbs=frozenset({*CHANGES, "clear"})),)
