"""Users of one tenant in each role, and one without a role."""

from dataclasses import dataclass

from fakes.memory_channel import ALL_CAPABILITIES
from fakes.world import FakeUser, World
from sqlmodel import select

from bots.core.channel import Capabilities
from bots.core.conversation.payment_links import PaymentLinks
from models.billing.payments import Provider
from models.identity.codes import Audit
from models.identity.roles import Role

OWNER_IDS = frozenset({"memory:1"})


@dataclass(slots=True)
class Team:
    """All in chats of their own."""

    world: World
    owner: FakeUser
    admin: FakeUser
    support: FakeUser
    stranger: FakeUser

    def user_for(self, role: Role) -> FakeUser:
        return {
            Role.OWNER: self.owner,
            Role.ADMIN: self.admin,
            Role.SUPPORT: self.support,
            Role.PERSON: self.stranger,
        }[role]

    def list_audit_rows(self) -> list[Audit]:
        """Audit entries, oldest first, without those of the initial roles."""
        with self.world.db.read_transaction() as session:
            rows = session.exec(select(Audit).order_by(Audit.created_at)).all()  # type: ignore[arg-type]
        return list(rows)[2:]

    def list_actions(self) -> list[str]:
        return [row.action for row in self.list_audit_rows()]


async def create_team(
    world: World,
    *,
    capabilities: Capabilities = ALL_CAPABILITIES,
    providers: frozenset[Provider] = frozenset(),
    payment_links: PaymentLinks | None = None,
) -> Team:
    """An owner named in the settings, the two users the owner gave a role, and a user `memory:7` without one."""
    account = world.get_account(
        "office", admin_ids=OWNER_IDS, capabilities=capabilities, providers=providers, payment_links=payment_links
    )
    names = ("1", "Olga"), ("2", "Ada"), ("3", "Sam"), ("7", "Ana")
    owner, admin, support, stranger = (
        FakeUser(world, account, id=name, name=display_name) for name, display_name in names
    )
    for member in (owner, admin, support, stranger):
        await member.send_text("/start")
    await owner.send_text("/role memory:2 admin")
    await owner.send_text("/role memory:3 support")
    return Team(world, owner, admin, support, stranger)
