"""Users of one tenant in each role, and one without a role."""

from dataclasses import dataclass

from fakes.channels import EVERYTHING
from fakes.house import House, Somebody
from sqlmodel import select

from bots.core.channel import Capabilities
from bots.core.conversation.payment_links import PaymentLinks
from models.billing.payments import Provider
from models.identity.codes import Audit
from models.identity.roles import Role

OWNERS = frozenset({"memory:1"})


@dataclass(slots=True)
class Team:
    """All in chats of their own."""

    house: House
    owner: Somebody
    admin: Somebody
    support: Somebody
    stranger: Somebody

    def of(self, role: Role) -> Somebody:
        return {
            Role.OWNER: self.owner,
            Role.ADMIN: self.admin,
            Role.SUPPORT: self.support,
            Role.PERSON: self.stranger,
        }[role]

    def audited(self) -> list[Audit]:
        """Audit entries, oldest first, without those of the initial roles."""
        with self.house.db.read_transaction() as session:
            rows = session.exec(select(Audit).order_by(Audit.created_at)).all()  # type: ignore[arg-type]
        return list(rows)[2:]

    def actions(self) -> list[str]:
        return [row.action for row in self.audited()]


async def gather_team(
    house: House,
    *,
    can: Capabilities = EVERYTHING,
    providers: frozenset[Provider] = frozenset(),
    till: PaymentLinks | None = None,
) -> Team:
    """An owner named in the settings, the two users the owner gave a role, and a user `memory:7` without one."""
    counter = house.counter("office", owners=OWNERS, can=can, providers=providers, till=till)
    names = ("1", "Olga"), ("2", "Ada"), ("3", "Sam"), ("7", "Ana")
    owner, admin, support, stranger = (Somebody(house, counter, id=name, name=called) for name, called in names)
    for each in (owner, admin, support, stranger):
        await each.writes("/start")
    await owner.writes("/role memory:2 admin")
    await owner.writes("/role memory:3 support")
    return Team(house, owner, admin, support, stranger)
