"""The conversation: what is answered to what. It knows no messenger."""

from dataclasses import dataclass

from bots.core import choices, commands, linking, stars
from bots.core.films import Intake
from bots.core.visit import Outcome, Visit, say
from pipeline.service import Pipeline


@dataclass(frozen=True, slots=True)
class Conversation:
    """Answers one visit inside its transaction; nothing is sent here."""

    pipeline: Pipeline

    def answer(self, visit: Visit) -> Outcome:
        outcome = Outcome()
        inbound = visit.inbound
        if inbound.payment is not None:
            take = stars.returned if inbound.payment.is_refund else stars.paid
            take(self.pipeline, visit, outcome, inbound.payment)
        elif inbound.choice is not None:
            choices.choose(self.pipeline, visit, outcome, inbound.choice)
        elif visit.files:
            Intake(self.pipeline, visit, outcome, visit.ack).take()
        else:
            self._read(visit, outcome, inbound.text.strip())
        return outcome

    def _read(self, visit: Visit, outcome: Outcome, text: str) -> None:
        name, _, arguments = text.removeprefix("/").partition(" ")
        command = commands.find(name.lower(), visit)
        if command is None and linking.is_code(text) and linking.awaits_code(visit):
            linking.email(self.pipeline, visit, outcome, text)
        elif command is None:
            outcome.replies.append(say("not-understood"))
        else:
            command.handle(self.pipeline, visit, outcome, arguments.strip())
