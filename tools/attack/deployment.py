"""Line 13: what an operator could get wrong, and what lies where it is not needed."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import redis
import yaml
from fakes.process_needs import NEEDED_BY
from fakes.redis_server import open_server

from models.settings import Settings
from tools import ROOT
from tools.attack.installation import COMMANDS, Installation
from tools.attack.target import Attack

DOCKER = ROOT / "docker"
COMPOSED = ("compose.yml", "platforms/compose.yml")
WEAK = (
    {"SECRET_KEY": "short"},
    {"SECRET_KEY": "x" * 31},
    {"FORWARDED_ALLOW_IPS": "*"},
    {"FORWARDED_ALLOW_IPS": "private, *"},
    {"PUBLIC_URL": "http://films.example.com"},
    {"WHATSAPP_FFI": "fakes.whatsapp.remote:factory"},
)


def start_weakly(page: Installation) -> str:
    """Start a page in production with settings that make it everybody's."""
    for settings in WEAK:
        with tempfile.TemporaryDirectory() as name:
            app = page.start(Path(name), page.settings | settings, COMMANDS["web"])
            try:
                status = app.process.wait(20)
            except subprocess.TimeoutExpired:
                status = 0
                app.process.kill()
        if status != 2:
            return f"production starts with {settings}"
    return ""


def read_the_log(page: Installation) -> str:
    """Look for secrets and tokens in all that the processes have written."""
    names = ("SECRET_KEY", "METRICS_TOKEN", "TELEGRAM_BOT_TOKEN", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
    for name, app in page.processes.items():
        said = "".join(app.output)
        for secret in names:
            if page.settings[secret] in said:
                return f"{secret} stands in the log of {name}"
        if re.search(r"sign-in/code.*\b\d{6}\b", said):
            return f"a code stands in the log of {name}"
    return ""


def use_redis_without_password(_page: Installation) -> str:
    """Start Redis with the very options of Compose, and speak to it as a stranger."""
    for path in COMPOSED:
        with open_server(list_redis_options(path)) as socket, redis.Redis(unix_socket_path=socket) as stranger:
            try:
                stranger.ping()
            except redis.AuthenticationError:
                continue
        return f"Redis of {path} lets everybody in"
    return ""


def list_redis_options(path: str) -> list[str]:
    """The options of Redis in a Compose file, with a password in the place of its variable."""
    services = yaml.safe_load((DOCKER / path).read_text())["services"]
    _, *options = [re.sub(r"\$\{REDIS_PASSWORD.*?\}", "secret", word) for word in services["redis"]["command"]]
    return options


def find_needless_secrets(_page: Installation) -> str:
    """Look for secrets that a Compose file gives to a process that does not use them."""
    for path in COMPOSED:
        for service, environment in _list_environments(path):
            needless = [name for name, users in NEEDED_BY.items() if name in environment and service not in users]
            if needless:
                return f"{service} of {path} gets {', '.join(needless)}"
    return ""


def _list_environments(path: str) -> Iterator[tuple[str, set[str]]]:
    """The settings that each service gets, but those of others' images."""
    known = {name.upper() for name in Settings.model_fields}
    for name, service in yaml.safe_load((DOCKER / path).read_text())["services"].items():
        yield name, set(service.get("environment", {})) & known


ATTACKS: tuple[Attack[Installation], ...] = (
    Attack(13, "weak settings", start_weakly, is_slow=True),
    Attack(13, "Redis of strangers", use_redis_without_password, is_slow=True),
    Attack(13, "needless secrets", find_needless_secrets),
    Attack(13, "secrets in logs", read_the_log),
)
