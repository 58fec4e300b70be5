"""Line 10: the disk, filled by accounts that pay nothing."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fakes.simulated_users import create_photograph
from sqlalchemy import func
from sqlmodel import col, select

from models.identity.people import Person
from models.limits import load_limits
from models.messaging.updates import Update
from storage.billing import ledger
from storage.db import Database
from tools.attack.conversations import fill_conversation
from tools.attack.guest import sign_in
from tools.attack.installation import FREE_BYTES, Installation
from tools.attack.lines import pause
from tools.attack.target import Attack, AttackFailed, AttackNotPossible

ORDERS, PICTURES = 16, 10
PICTURE_BYTES = 1_500_000
MOST_KEPT = FREE_BYTES + 20_000_000  # bytes, with the films that were made
MOST_DATABASE_BYTES = 5_000_000  # bytes in the database for what one account posts in a minute
POSTS = 60
PATIENCE = 60.0  # seconds until all that was sent is handled
DELETION_SECONDS = 10.0  # seconds after which a file that was refused is deleted


def measure_folder(folder: Path) -> int:
    return sum(_size_of(path) for path in folder.rglob("*"))


def _size_of(path: Path) -> int:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return 0
    return status.st_size if path.is_file() and status.st_nlink == 1 else 0


def build_pictures(number: int) -> list[tuple[str, bytes, str]]:
    """Pictures that no other order has, and that are larger than they need be."""
    picture = create_photograph(seed=number, image_format="JPEG")
    padding = bytes([number % 250 + 1]) * (PICTURE_BYTES - len(picture))
    return [(f"{each}.jpg", picture + padding + bytes([each]), "image/jpeg") for each in range(PICTURES)]


def order_without_credits(page: Installation) -> str:
    """Order films that cannot be paid for, again and again."""
    return _find_growth(page, lambda: None)


def order_with_credits(page: Installation) -> str:
    """Order films with more credits than can be spent, of more files than may be kept."""
    return _find_growth(page, lambda: grant_credits(page, 1000))


def grant_credits(page: Installation, amount: int) -> None:
    """Give credits to whoever wrote first last."""
    with page.db.transaction() as session:
        person = session.exec(select(Person).order_by(col(Person.created_at).desc())).first()
        if person is None:
            raise AttackFailed("nobody has written")
        ledger.grant(session, person, amount, key=f"grant:attack:{person.id}", now=page.db.clock())


def _find_growth(page: Installation, prepare: Callable[[], None]) -> str:
    before = measure_folder(page.data_folder)
    with sign_in(page) as guest:
        guest.post("/start")
        guest.wait_for_text("Rabisco")
        prepare()
        taken = [guest.post(files=build_pictures(number)) for number in range(ORDERS)]
    if 202 not in taken:
        raise AttackFailed(f"no order is taken: {set(taken)}")
    wait_until_handled(page)
    kept = measure_folder(page.data_folder) - before
    return f"{kept // 1_000_000} MB of one free account are kept" if kept > MOST_KEPT else ""


def wait_until_handled(page: Installation) -> None:
    """Wait until nothing that was sent waits any more. Raises AttackFailed."""
    deadline = time.monotonic() + PATIENCE
    while _count_unhandled(page.db) and time.monotonic() < deadline:
        pause(0.3)


def _count_unhandled(db: Database) -> int:
    with db.read_transaction() as session:
        return session.exec(select(func.count()).select_from(Update).where(col(Update.handled_at).is_(None))).one()


def fill_the_database(page: Installation) -> str:
    """Post as much as a post may hold beside its files, as often as that is taken in a minute."""
    before = _measure_database(page)
    with sign_in(page) as guest:
        fill_conversation(guest, POSTS)
    wait_until_handled(page)
    grown = _measure_database(page) - before
    return f"{grown // 1_000_000} MB of one account's minute are in the database" if grown > MOST_DATABASE_BYTES else ""


def _measure_database(page: Installation) -> int:
    with page.db.read_transaction() as session:
        return int(session.connection().exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def fill_the_last_gigabyte(page: Installation) -> str:
    """Send files while the disk has hardly more than what always stays free."""
    with _mount_small_disk(page.folder / "small") as folder, page.open_page(DATA_DIR=str(folder)) as other:
        before = measure_folder(folder)
        with sign_in(other) as guest:
            answers = [guest.post(files=build_pictures(number)) for number in range(4)]
        kept = measure_folder(folder) - before
    if kept > PICTURE_BYTES * PICTURES:
        return f"{kept // 1_000_000} MB are taken where nothing more has room"
    return "" if 507 in answers else f"files are taken where nothing has room: {answers}"


@contextmanager
def _mount_small_disk(folder: Path) -> Iterator[Path]:
    """A folder with little more room than what stays free. Raises AttackNotPossible where nothing can be mounted."""
    folder.mkdir()
    size = load_limits().disk.floor + 20_000_000
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "attacked", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        raise AttackNotPossible("this machine mounts no small disk: it takes root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def send_zeros(page: Installation) -> str:
    """Send a file of nothing but zeros, and see what of it is kept."""
    before = measure_folder(page.data_folder)
    with tempfile.TemporaryFile() as file, sign_in(page) as guest:
        file.truncate(30_000_000)
        file.seek(0)
        guest.post(files=[("nothing.mp4", file.read(), "video/mp4")])
    wait_until_handled(page)
    deadline = time.monotonic() + DELETION_SECONDS
    while (kept := measure_folder(page.data_folder) - before) > 5_000_000 and time.monotonic() < deadline:
        pause(0.1)
    return f"{kept // 1_000_000} MB of what is no video are kept" if kept > 5_000_000 else ""


ATTACKS: tuple[Attack[Installation], ...] = (
    Attack(10, "orders without credits", order_without_credits, is_slow=True),
    Attack(10, "orders with credits", order_with_credits, is_slow=True),
    Attack(10, "what is no media", send_zeros),
    Attack(10, "database", fill_the_database, is_slow=True),
    Attack(10, "last gigabyte", fill_the_last_gigabyte, is_slow=True),
)
