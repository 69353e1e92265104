"""No server that other machines can reach starts before somebody has made a key for them."""

import datetime as dt

from app.cli.listening import is_loopback
from app.core.database import Database
from app.core.errors import Invalid
from app.core.ids import DEFAULT_WORKSPACE
from app.governance.keys import list_keys
from app.governance.local_key import NAME as LOCAL_KEY


async def refuse_open_door(host: str, database: Database) -> None:
    """Raise `Invalid` where other machines can reach us and nobody has made a key for them."""
    if is_loopback(host):
        return
    now = dt.datetime.now(dt.UTC)
    async with database.writing(DEFAULT_WORKSPACE) as session:
        keys = [key for key in await list_keys(session) if key.name != LOCAL_KEY and key.revoked_at is None]
    if not any(key.expires_at is None or key.expires_at > now for key in keys):
        raise Invalid(
            f"{host} can be reached from other machines and there is no key but the local one: "
            "make one with `courtside keys create NAME`, or listen on 127.0.0.1."
        )
