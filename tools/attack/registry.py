"""All attacks, in the order of their lines."""

from tools.attack import (
    connections,
    conversations,
    deployment,
    disk,
    fairness,
    forms,
    money,
    paths,
    proxies,
    roles,
    sandbox,
    sign_in,
    uploads,
)
from tools.attack.installation import Installation
from tools.attack.target import Attack, Target

TITLES = {
    9: "the page stays up",
    10: "the disk stays free",
    11: "money and roles",
    12: "the sandbox",
    13: "behind a proxy",
    14: "fair limits",
}
PAGE_ATTACKS: tuple[Attack[Target], ...] = (
    *connections.ATTACKS,
    *forms.PAGE_ATTACKS,
    *proxies.PAGE_ATTACKS,
    *paths.PAGE_ATTACKS,
)
_MODULES = (
    *(forms, conversations, uploads, paths, disk, roles, sign_in, money),
    *(sandbox, proxies, deployment, fairness),
)
ATTACKS: tuple[Attack[Installation], ...] = tuple(
    sorted(
        (*connections.ATTACKS, *(attack for module in _MODULES for attack in module.ATTACKS)),
        key=lambda attack: attack.line,
    )
)
