"""The rooms of `<state>/postgres`: one folder that Courtside makes and owns.

* `data/` is the database; it appears whole, by a rename from `data.unfinished/`.
* `run/` has the socket, unless its path would be too long; `hba.conf` and `ident.conf` say who may use it.
* `log` is what the server says.
* `lock` is held for moments: one process at a time starts or stops the server.
* `users` is held, shared, by every process that uses the server.
* `alive` is inherited by every process of the server: it is held until the last of them is gone.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below one state folder."""

    home: Path

    @property
    def data(self) -> Path:
        """The finished database."""
        return self.home / "data"

    @property
    def unfinished(self) -> Path:
        """Where initdb works before the rename."""
        return self.home / "data.unfinished"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.home / "log"

    @property
    def digest(self) -> str:
        """A short name that every process derives from the same folder."""
        return hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]

    @property
    def cluster_name(self) -> str:
        """The word by which the server's processes are recognised in the process list."""
        return f"courtside-{self.digest}"


def lay_out(state_directory: Path) -> Layout:
    """Make `<state>/postgres` where it is missing and name its parts; existing folders stay as they are."""
    state_directory.mkdir(parents=True, exist_ok=True)
    home = state_directory.resolve() / "postgres"
    try:
        home.mkdir()
    except FileExistsError:
        if not home.is_dir():
            raise NotADirectoryError(20, "Not a directory", str(home)) from None
    else:
        # Another user's server (we are root) must pass through; an ordinary user lets nobody in.
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return Layout(home)


def open_ours(path: Path, flags: int) -> int:
    """Open a file of `<state>/postgres`; what root makes in a user's folder belongs to that user."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def try_to_write(folder: Path) -> None:
    """Write a little and throw it away; OSError tells what is in the way."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(65536))
