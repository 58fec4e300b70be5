"""Seccomp filter: no network, no new processes, no hold on other processes, no memory or files outside the limits.

A classic BPF program built here, as `seccomp(2)` describes; numbers from the kernel's tables (asm/unistd.h). It is a
list of forbidden calls, not of allowed ones: the decoders of three libraries use too many, which differ by version.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Sequence
from typing import Final

_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_RETURN_ALLOW: Final = 0x7FFF0000
_RETURN_ERRNO: Final = 0x00050000
_RETURN_KILL: Final = 0x80000000
_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_GREATER_OR_EQUAL: Final = 0x35
_ANY_BIT: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN: Final = 0x06
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _ARGUMENTS_OFFSET = 0, 4, 16  # offsets in struct seccomp_data
_ARGUMENT_SIZE: Final = 8  # bytes, of which the first four are read: the calls below take integers of that size
_CLONE_THREAD: Final = 0x10000
_X32_BIT: Final = 0x40000000  # set in the call numbers of the x32 ABI

# name: (x86-64, aarch64); None where the architecture has no such call
FORBIDDEN_CALLS: Final[dict[str, tuple[int | None, int | None]]] = {
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242), "bind": (49, 200),
    "listen": (50, 201), "execve": (59, 221), "execveat": (322, 281), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "setpgid": (109, 154), "setsid": (112, 157), "unshare": (272, 97),
    "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "open_by_handle_at": (304, 265),
    "fork": (57, None), "vfork": (58, None), "kexec_load": (246, 104), "init_module": (175, 105),
    # the scheduling and the memory of other processes
    "ioprio_set": (251, 30), "migrate_pages": (256, 238), "move_pages": (279, 239), "process_madvise": (440, 440),
    "process_mrelease": (448, 448), "kcmp": (312, 272),
    # memory that RLIMIT_AS does not count once it is unmapped, and that outlives the process
    "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180),
    # what is deleted while it is open cannot be counted: the parent deletes the folder
    "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    # modes, owners, times and attributes of any file of the same user, which Landlock does not guard
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "setxattrat": (463, 463), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16), "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip
# libraries that try these first have another way if the call does not exist
MISSING_CALLS: Final[dict[str, tuple[int, int]]] = {
    "clone3": (435, 435),  # its flags lie in memory, where a filter cannot read them; glibc falls back to clone
    "openat2": (437, 437),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
}
CLONE: Final = (56, 220)
KILL: Final = (62, 129)
TGKILL: Final = (234, 131)
PRLIMIT: Final = (302, 261)
SETPRIORITY: Final = (141, 140)
# set the scheduler, its parameters, its attributes and the processors of the process that is the first argument
SCHEDULING_CALLS: Final = ((144, 119), (142, 118), (314, 274), (203, 122))
FCNTL: Final = (72, 25)
FCNTL_SIGNALS: Final = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: a signal of choice to a process of choice
IOCTL: Final = (16, 29)
IOCTL_SIGNALS: Final = (0x8901, 0x8902, 0x5410)  # FIOSETOWN, SIOCSPGRP, TIOCSPGRP: the same by other names
OPEN: Final = (2, None)
OPENAT: Final = (257, 56)
_TMPFILE_BIT: Final = 0o20000000  # of O_TMPFILE: a file without a name
ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_CallNumbers = tuple[int | None, int | None]
_Condition = tuple[int, int, int, bool]  # index of the argument, test, its operand, and the result that is allowed
_ConditionalCall = tuple[_CallNumbers, *tuple[_Condition, ...]]


def restrict() -> bool:
    """Install the filter: forbidden calls fail with EPERM. False if the kernel or the machine does not support it.

    Requires no-new-privileges.
    """
    if platform.machine() not in ARCHITECTURES:
        return False
    instructions = build_program(platform.machine(), os.getpid())
    code = ctypes.create_string_buffer(b"".join(instructions))
    sock_fprog = struct.pack("HxxxxxxP", len(instructions), ctypes.addressof(code))
    return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_SECCOMP, _MODE_FILTER, sock_fprog, 0, 0) == 0)


def build_program(machine: str, pid: int) -> list[bytes]:
    """The filter's BPF instructions for a machine and the process with this id."""
    column, architecture = ARCHITECTURES[machine]
    deny, deny_as_missing = _RETURN_ERRNO | errno.EPERM, _RETURN_ERRNO | errno.ENOSYS
    code = [
        _build_instruction(_LOAD, _ARCHITECTURE_OFFSET),
        _build_instruction(_EQUAL, architecture, 1, 0),
        _build_instruction(_RETURN, _RETURN_KILL),
    ]
    code += [
        _build_instruction(_LOAD, _NUMBER_OFFSET),
        _build_instruction(_GREATER_OR_EQUAL, _X32_BIT, 0, 1),
        _build_instruction(_RETURN, deny),
    ]
    for calls, answer in ((FORBIDDEN_CALLS, deny), (MISSING_CALLS, deny_as_missing)):
        for numbers in calls.values():
            if (number := numbers[column]) is not None:
                code += [_build_instruction(_EQUAL, number, 0, 1), _build_instruction(_RETURN, answer)]
    for numbers, *conditions in _list_conditions(pid):
        if (number := numbers[column]) is not None:
            code += _allow_only_if(number, conditions, deny)
    return [*code, _build_instruction(_RETURN, _RETURN_ALLOW)]


def _list_conditions(pid: int) -> list[_ConditionalCall]:
    """Calls that are allowed only if their arguments pass all tests."""
    return [
        (CLONE, (0, _ANY_BIT, _CLONE_THREAD, True)),
        (KILL, (0, _EQUAL, pid, True)),  # abort() signals its own process
        (TGKILL, (0, _EQUAL, pid, True)),
        (PRLIMIT, (0, _EQUAL, 0, True)),
        (SETPRIORITY, (0, _EQUAL, 0, True), (1, _EQUAL, 0, True)),  # of the process itself, not of its user
        *((numbers, (0, _EQUAL, 0, True)) for numbers in SCHEDULING_CALLS),
        (FCNTL, *((1, _EQUAL, command, False) for command in FCNTL_SIGNALS)),
        (IOCTL, *((1, _EQUAL, command, False) for command in IOCTL_SIGNALS)),
        (OPEN, (1, _ANY_BIT, _TMPFILE_BIT, False)),
        (OPENAT, (2, _ANY_BIT, _TMPFILE_BIT, False)),
    ]


def _allow_only_if(number: int, conditions: Sequence[_Condition], deny: int) -> list[bytes]:
    tests = [
        instruction
        for argument, test, operand, is_wanted in conditions
        for instruction in (
            _build_instruction(_LOAD, _ARGUMENTS_OFFSET + _ARGUMENT_SIZE * argument),
            _build_instruction(test, operand, is_wanted, not is_wanted),
            _build_instruction(_RETURN, deny),
        )
    ]
    return [
        _build_instruction(_EQUAL, number, 0, len(tests) + 1),
        *tests,
        _build_instruction(_RETURN, _RETURN_ALLOW),
    ]


def _build_instruction(operation: int, operand: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("HBBI", operation, when_true, when_false, operand)
