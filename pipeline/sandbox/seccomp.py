"""Seccomp filter: no network, no new processes, no signals to other processes, no leaving the process group.

A classic BPF program built here, as `seccomp(2)` describes; numbers from the kernel's tables (asm/unistd.h). It is a
list of forbidden calls, not of allowed ones: the decoders of three libraries use too many, which differ by version.
"""

import ctypes
import errno
import os
import platform
import struct
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
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _ARGUMENT_OFFSET = 0, 4, 16  # offsets in struct seccomp_data
_CLONE_THREAD: Final = 0x10000
_X32_BIT: Final = 0x40000000  # set in the call numbers of the x32 ABI

# name: (x86-64, aarch64); None where the architecture has no such call
FORBIDDEN_CALLS: Final[dict[str, tuple[int | None, int]]] = {
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242), "bind": (49, 200),
    "listen": (50, 201), "execve": (59, 221), "execveat": (322, 281), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "setpgid": (109, 154), "setsid": (112, 157), "unshare": (272, 97),
    "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "open_by_handle_at": (304, 265),
    "fork": (57, -1), "vfork": (58, -1), "kexec_load": (246, 104), "init_module": (175, 105),
}  # fmt: skip
CLONE: Final = (56, 220)
CLONE3: Final = (435, 435)
KILL: Final = (62, 129)
TGKILL: Final = (234, 131)
PRLIMIT: Final = (302, 261)
ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


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
    for numbers in FORBIDDEN_CALLS.values():
        if (number := numbers[column]) is not None and number >= 0:
            code += [_build_instruction(_EQUAL, number, 0, 1), _build_instruction(_RETURN, deny)]
    # glibc tries clone3 first, whose flags a filter cannot read, and falls back to clone if it is missing
    code += [_build_instruction(_EQUAL, CLONE3[column], 0, 1), _build_instruction(_RETURN, deny_as_missing)]
    code += _allow_only_if(CLONE[column], _ANY_BIT, _CLONE_THREAD, deny)
    code += _allow_only_if(KILL[column], _EQUAL, pid, deny)  # abort() signals its own process
    code += _allow_only_if(TGKILL[column], _EQUAL, pid, deny)
    code += _allow_only_if(PRLIMIT[column], _EQUAL, 0, deny)
    return [*code, _build_instruction(_RETURN, _RETURN_ALLOW)]


def _allow_only_if(number: int, test: int, operand: int, deny: int) -> list[bytes]:
    """Allow a call only if its first argument passes the test."""
    return [
        _build_instruction(_EQUAL, number, 0, 4),
        _build_instruction(_LOAD, _ARGUMENT_OFFSET),
        _build_instruction(test, operand, 1, 0),
        _build_instruction(_RETURN, deny),
        _build_instruction(_RETURN, _RETURN_ALLOW),
    ]


def _build_instruction(operation: int, operand: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("HBBI", operation, when_true, when_false, operand)
