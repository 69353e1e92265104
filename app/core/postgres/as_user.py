"""Becomes an ordinary user that may still look into closed folders, then runs a programme.

Run as `python -I -S as_user.py UID GID CAPABILITY PROGRAMME ARGUMENTS...` by root only. PostgreSQL refuses to
run as root, and root's own folders (/root is 0700) refuse everybody else; loosening them is not ours to do.
So the server keeps one capability of root: to pass through folders. Imports the standard library only.
"""

import ctypes
import os
import struct
import sys

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x20080522


def main() -> None:
    """Change user for good, keep the one capability through exec, and exec."""
    uid, gid, capability = (int(word) for word in sys.argv[1:4])
    libc = ctypes.CDLL(None, use_errno=True)
    _demand(libc.prctl(_PR_SET_KEEPCAPS, *_unsigned(1, 0, 0, 0)))
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    bit = 1 << capability
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _demand(libc.capset(header, struct.pack("6I", bit, bit, bit, 0, 0, 0)))
    _demand(libc.prctl(_PR_CAP_AMBIENT, *_unsigned(_PR_CAP_AMBIENT_RAISE, capability, 0, 0)))
    os.execv(sys.argv[4], sys.argv[4:])  # noqa: S606 - this is the whole purpose; the arguments are the supervisor's


def _unsigned(*numbers: int) -> list[ctypes.c_ulong]:
    return [ctypes.c_ulong(number) for number in numbers]


def _demand(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "error: the kernel refused to keep a capability")


if __name__ == "__main__":
    main()
