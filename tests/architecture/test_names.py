"""Where a line is at home and what it is called: folders, modules and classes (docs/adr/0012)."""

import ast
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bots", "pipeline", "storage", "models")
MOST_MODULES = 16  # in a folder
METAPHORS = frozenset(
    [
        "aftermath",
        "backlog",
        "basket",
        "bell",
        "bubbles",
        "caretaker",
        "chores",
        "closing",
        "counter",
        "crew",
        "desk",
        "diary",
        "doorbell",
        "doors",
        "errands",
        "fleet",
        "gate",
        "guests",
        "house",
        "keeper",
        "labour",
        "lanes",
        "letters",
        "life",
        "lettering",
        "numbered",
        "parcels",
        "parting",
        "phrases",
        "porch",
        "portrait",
        "postman",
        "pulse",
        "quiet",
        "reception",
        "redress",
        "rooms",
        "roster",
        "rounds",
        "shelf",
        "shoot",
        "shops",
        "starter",
        "studio",
        "takings",
        "till",
        "tours",
        "trail",
        "turns",
        "vault",
        "visit",
        "warden",
        "watchman",
        "ways",
        "whole",
        "wire",
        "workshop",
    ]
)


def product_modules() -> list[Path]:
    """Every module of the product but those of migrations, whose names are revisions."""
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path.relative_to(ROOT) for path in found if "migrations" not in path.parts]


def test_no_folder_holds_more_modules_than_a_person_can_scan() -> None:
    sizes = Counter(path.parent.as_posix() for path in product_modules() if path.name != "__init__.py")
    assert {folder: size for folder, size in sizes.items() if size > MOST_MODULES} == {}


def test_no_module_is_called_by_a_metaphor() -> None:
    assert [path.as_posix() for path in product_modules() if path.stem in METAPHORS] == []


def test_a_class_name_means_one_thing_in_the_whole_product() -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for path in product_modules():
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes[node.name].add(path.as_posix())
    assert {name: sorted(paths) for name, paths in homes.items() if len(paths) > 1} == {}
