"""The guide's "A server without Docker", command by command, in an empty Debian; then somebody in Telegram's double
sends a picture to what it has set up, and the page is reached through Caddy.

No systemd runs there, so a small stand-in starts what the units say, as the user they name. Names and addresses that
are examples in the guide are replaced by those of this machine.
"""

import re
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import httpx
from fakes.simulated_users import SimulatedTelegramUser, create_photograph
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app

from tools import ROOT
from tools.deploy.walk import CERTIFICATES, WORK, debian, snapshot

GUIDE: Final = ROOT / "docs" / "deploy.md"
SECTION: Final = "A server without Docker"
FRONT: Final = 8089  # where Caddy listens during the walk
LONGEST: Final = 900.0  # seconds for all of it
READY: Final = "the guide is walked"
STANDIN: Final = r"""#!/bin/bash
# systemctl, as far as the guide goes
words=()
for word in "$@"; do
  case $word in --*|enable|restart|daemon-reload|*.target) ;; *) words+=("$word") ;; esac
done
case " $* " in *" daemon-reload "*) exit 0 ;; esac
for unit in "${words[@]}"; do
  if [ "$unit" = caddy ]; then
    eval "export $(sed -n 's/^Environment=//p' /etc/systemd/system/caddy.service.d/site.conf)"
    caddy run --config /etc/caddy/Caddyfile --adapter caddyfile >/var/log/caddy.log 2>&1 & continue
  fi
  name=${unit%@*}; instance=${unit#*@}; file=/etc/systemd/system/$name.service
  [ -e "$file" ] || file=/etc/systemd/system/$name@.service
  value() { sed -n "s/^$1=//p" "$file" | tail -n 1; }
  command=$(value ExecStart); command=${command//%i/$instance}
  cd "$(value WorkingDirectory)"
  if [ "$(value Type)" = oneshot ]; then runuser -u "$(value User)" -- $command >"/var/log/$unit.log" 2>&1
  else runuser -u "$(value User)" -- $command >"/var/log/$unit.log" 2>&1 & fi
done
"""
JOURNAL: Final = "#!/bin/bash\ntail -n 20 /var/log/rabisco*.log\n"
SERVICES: Final = "service postgresql start; service redis-server start"  # as their packages do where systemd runs


def blocks() -> list[str]:
    """The commands of that section, a script for each fence."""
    section = GUIDE.read_text().partition(f"## {SECTION}\n")[2].partition("\n## ")[0]
    return re.findall(r"```bash\n(.*?)```", section, re.DOTALL)


def walk_guide() -> None:
    """Raises AssertionError, or CalledProcessError, where the guide leads nowhere."""
    fake = FakeTelegram()
    with ExitStack() as stack:
        api = stack.enter_context(serve_app(fake.app))
        mail = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        root = _prepared()
        script = _script(api, mail.getsockname()[1])
        (root / "walk.sh").write_text(script)
        process = stack.enter_context(_entered(root))
        stack.callback(process.kill)
        _wait(process)
        visitor = SimulatedTelegramUser(fake.get_person(4711, language_code="pt"), fake.wait_until)
        visitor.send_pictures(create_photograph())
        visitor.save_film(1, WORK / "film.mp4")
        with httpx.Client(base_url=f"http://127.0.0.1:{FRONT}") as client:
            assert client.get("/health").json() == {"status": "ok"}
            assert client.get("/metrics").status_code == 404
            assert client.get("/", follow_redirects=True).status_code == 200


def _script(api: str, mail: int) -> str:
    """The blocks, with what is an example in them replaced, and the machine's services started in between."""
    first, settings, *rest = blocks()
    packages, _, others = first.partition("useradd")
    changed = {
        "REPOSITORY": "/src",
        "123456789:AAE...": f"{TOKEN}\nTELEGRAM_API_URL={api}",
        "smtps://films%40example.com:password@mail.example.com": f"smtp://films@127.0.0.1:{mail}",
        "SITE=films.example.com": f"SITE=http://127.0.0.1:{FRONT}",
    }
    whole = "\n".join([packages, SERVICES, f"useradd{others}", settings, *rest, f'echo "{READY}"', "sleep infinity"])
    for example, here in changed.items():
        whole = whole.replace(example, here)
    return f"set -eux\nexport DEBIAN_FRONTEND=noninteractive\n{whole}\n"


def _prepared() -> Path:
    """An empty Debian with the checkout in it, and stand-ins for systemd."""
    root = WORK / "server"
    subprocess.run(["rm", "-rf", str(root)], check=True)
    subprocess.run(["cp", "-a", str(debian()), str(root)], check=True)
    subprocess.run(["rm", "-rf", *(str(root / "usr/local" / name) for name in ("bin", "lib", "include"))], check=True)
    for name, content in {"systemctl": STANDIN, "journalctl": JOURNAL, "policy-rc.d": "#!/bin/sh\nexit 101\n"}.items():
        path = root / ("usr/sbin" if name == "policy-rc.d" else "usr/local/sbin") / name
        path.write_text(content)
        path.chmod(0o755)
    snapshot(root / "src")
    return root


def _entered(root: Path) -> "subprocess.Popen[str]":
    mounts = 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t tmpfs tmpfs "$1/run"'
    told = [f"SSL_CERT_FILE={CERTIFICATES}", f"PIP_CERT={CERTIFICATES}", "HOME=/root", "LANG=C.UTF-8"]
    path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    inside = ["chroot", str(root), "env", "-i", *told, path, "/bin/bash", "/walk.sh"]
    command = [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "/bin/sh",
        "-c",
        f'{mounts} && shift && exec "$@"',
    ]
    return subprocess.Popen(
        [*command, "walk", str(root), *inside], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _wait(process: "subprocess.Popen[str]") -> None:
    """Read until everything is done."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.strip() == READY:
            return
    raise AssertionError("".join(said[-40:]))
