"""`courtside up`: the whole story on one machine. Ctrl-C ends everything within seconds.

The server takes the longest to start, so on a private database it starts first; the rest of this command
is imported meanwhile (app/cli/playing.py).
"""

import signal
import time
from pathlib import Path

import structlog

from app.cli.children import Children
from app.cli.listening import is_loopback, listen
from app.cli.settling import settle
from app.cli.stopping import SIGNALS, ignore_signals
from app.core.settings import Settings

log = structlog.get_logger()


class Interrupted(KeyboardInterrupt):
    """Somebody pressed Ctrl-C or asked the process to end; an event loop lets no other exception through."""


def up(
    paths: list[Path],
    *,
    state_dir: Path | None,
    host: str | None,
    port: int | None,
    replay: bool,
    simulated: bool,
) -> None:
    """Play the story and stay until told to stop."""
    began = time.monotonic()
    for each in SIGNALS:
        signal.signal(each, _interrupt)
    try:
        settings = _with_free_port(settle(state_dir=state_dir, host=host, port=port, answers=True))
        with Children(settings) as children:
            if settings.database_url is None and is_loopback(settings.host):
                children.start("serve")
            from app.cli.playing import Wishes, play  # noqa: PLC0415 - heavy: imported while the server starts

            play(settings, children, Wishes(paths, simulated, replay), began=began)
    except Interrupted:
        log.info("up.stopping")
    log.info("up.stopped")


def _interrupt(_signal: int, _frame: object) -> None:
    ignore_signals()
    raise Interrupted


def _with_free_port(settings: Settings) -> Settings:
    """Settle the port before anything is started; raise `Invalid` where somebody else listens there."""
    with listen(settings.host, settings.port) as listening:
        return settings.model_copy(update={"port": listening.getsockname()[1]})
