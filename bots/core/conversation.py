"""The conversation: what is answered to what. It knows no messenger."""

from dataclasses import dataclass

from bots.core import choices, commands
from bots.core.films import Intake, Outcome
from bots.core.visit import Visit, say
from pipeline.service import Pipeline


@dataclass(frozen=True, slots=True)
class Conversation:
    """Answers one visit inside its transaction; nothing is sent here."""

    pipeline: Pipeline

    def answer(self, visit: Visit) -> Outcome:
        outcome = Outcome()
        inbound = visit.inbound
        if inbound.choice is not None:
            choices.choose(self.pipeline, visit, outcome, inbound.choice)
        elif visit.files:
            Intake(self.pipeline, visit, outcome, visit.ack).take()
        else:
            self._read(visit, outcome, inbound.text.strip())
        return outcome

    def _read(self, visit: Visit, outcome: Outcome, text: str) -> None:
        name, _, arguments = text.removeprefix("/").partition(" ")
        command = commands.find(name.lower(), visit)
        if command is None:
            outcome.replies.append(say("not-understood"))
        else:
            command.handle(self.pipeline, visit, outcome, arguments.strip())
