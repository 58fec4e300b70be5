"""Landlock file access rules of a process, after the kernel's `landlock(7)` (Linux 5.13 and later).

Landlock also hides other processes from this one: their /proc/<pid>/environ, memory and descriptors.
"""

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_CREATE_RULESET: Final = 444  # the same number on every architecture
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_VERSION_FLAG: Final = 1
_RULE_PATH_BENEATH: Final = 1

EXECUTE: Final = 1 << 0
WRITE_FILE: Final = 1 << 1
READ_FILE: Final = 1 << 2
READ_DIR: Final = 1 << 3
MAKE_DIR: Final = 1 << 7
MAKE_REGULAR: Final = 1 << 8
TRUNCATE: Final = 1 << 14  # version 3
ALL_TCP: Final = 0b11  # version 4: binding and connecting
ALL_SCOPES: Final = 0b11  # version 6: abstract Unix sockets of, and signals to, processes outside

FILE_RIGHTS_BY_ABI_VERSION: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
READ_RIGHTS: Final = READ_FILE | READ_DIR
WRITE_RIGHTS: Final = READ_RIGHTS | WRITE_FILE | MAKE_DIR | MAKE_REGULAR | TRUNCATE
FILE_RIGHTS: Final = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE


def restrict(*, readable: Iterable[Path], writable: Iterable[Path], listable: Iterable[Path] = ()) -> bool:
    """Restrict this process to these files and folder trees; False if the kernel does not support it.

    `listable` folders may only be listed; in `writable` ones nothing may be deleted or renamed. Where the kernel knows
    them, TCP and signals to other processes are forbidden too. Requires no-new-privileges. Paths that do not exist are
    skipped.
    """
    version = get_abi_version()
    handled_rights = max((rights for abi, rights in FILE_RIGHTS_BY_ABI_VERSION.items() if abi <= version), default=0)
    if not handled_rights:
        return False
    attributes = _pack_attributes(version, handled_rights)
    ruleset = _invoke_syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    for paths, access in ((listable, READ_DIR), (readable, READ_RIGHTS), (writable, WRITE_RIGHTS)):
        for path in paths:
            _allow_path(ruleset, path, access & handled_rights)
    is_restricted = _invoke_syscall(_RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return is_restricted


def _pack_attributes(version: int, file_rights: int) -> bytes:
    """The attributes of a ruleset, `struct landlock_ruleset_attr`, as long as this version of Landlock knows them."""
    attributes = [file_rights]
    if version >= 4:
        attributes.append(ALL_TCP)
    if version >= 6:
        attributes.append(ALL_SCOPES)
    return struct.pack(f"{len(attributes)}Q", *attributes)


def get_abi_version() -> int:
    """Version of the kernel's Landlock; below 1 if it has none."""
    return _invoke_syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)


def _allow_path(ruleset: int, path: Path, access: int) -> None:
    with contextlib.suppress(OSError):
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        if not path.is_dir():
            access &= FILE_RIGHTS
        _invoke_syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, struct.pack("=Qi", access, fd), 0)
        os.close(fd)


def _invoke_syscall(number: int, *arguments: int | bytes | None) -> int:
    """Invoke a system call by number, passing integers at the width the kernel reads."""
    c_arguments = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return int(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *c_arguments))
