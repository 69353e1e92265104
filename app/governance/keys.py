"""API keys: made, listed, revoked. A key is `cs_<prefix>_<secret>`; its text is shown once and never kept.

Only the SHA-256 of the secret is stored. A slow password hash such as argon2 protects words that people
choose; against 256 random bits there is nothing to guess, and a slow hash would only slow down every
request and lend an attacker a lever.
"""

import datetime as dt
import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Collection, Sequence
from typing import NamedTuple

import structlog

from app.core.errors import Invalid, Issue, NotFound
from app.core.session import Session
from app.governance import store
from app.governance.scopes import Scope
from app.governance.tables import ApiKey

log = structlog.get_logger()

PREFIX_BYTES = 8
SECRET_BYTES = 32
LONGEST_NAME = 100
_FORM = re.compile(rf"cs_([0-9a-f]{{{2 * PREFIX_BYTES}}})_([0-9a-f]{{{2 * SECRET_BYTES}}})", re.ASCII)


class KeyText(NamedTuple):
    """A key taken apart: what finds it, and what proves it."""

    prefix: str
    secret: str

    def __repr__(self) -> str:
        return f"KeyText(prefix={self.prefix!r})"  # a secret in a traceback is a secret no more


async def create_key(
    session: Session, name: str, scopes: Collection[Scope], expires_at: dt.datetime | None = None
) -> tuple[ApiKey, str]:
    """Store a new key of the session's workspace; return its row and its text, which nobody can see again."""
    _check(name, scopes, expires_at)
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_hex(SECRET_BYTES)
    key = ApiKey(
        name=name,
        prefix=prefix,
        secret_hash=hash_secret(secret),
        scopes=sorted(scope.value for scope in scopes),
        expires_at=expires_at,
    )
    await store.add_key(session, key)
    log.info("api_key.created", key_id=str(key.id), name=name, scopes=key.scopes)
    return key, f"cs_{prefix}_{secret}"


async def revoke_key(session: Session, key_id: uuid.UUID) -> ApiKey:
    """End a key for good, within the seconds that it is remembered; repeating it changes nothing."""
    key = await store.find_key(session, key_id)
    if key is None:
        raise NotFound(f"There is no API key {key_id} in this workspace.", missing_id=str(key_id))
    if key.revoked_at is None:
        key.revoked_at = dt.datetime.now(dt.UTC)
        await store.add_key(session, key)
        log.info("api_key.revoked", key_id=str(key.id), name=key.name)
    return key


async def list_keys(session: Session) -> Sequence[ApiKey]:
    """Return the keys of the session's workspace, newest first, ended ones included."""
    return await store.list_keys(session)


def parse_key(text: str) -> KeyText | None:
    """Take a key apart; None where it does not have the form of one."""
    match = _FORM.fullmatch(text)
    return None if match is None else KeyText(match[1], match[2])


def hash_secret(secret: str) -> str:
    """Return what is stored of a secret: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret(secret: str, stored_hash: str) -> bool:
    """Whether `secret` is the one that was hashed; the time this takes does not tell where it differs."""
    return hmac.compare_digest(hash_secret(secret), stored_hash)


def _check(name: str, scopes: Collection[Scope], expires_at: dt.datetime | None) -> None:
    issues = []
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        message = f"A key needs a name of 1 to {LONGEST_NAME} printable characters that says who uses it."
        issues.append(Issue(("name",), "length", message))
    if not scopes:
        message = "A key without a scope can do nothing: give it at least one."
        issues.append(Issue(("scopes",), "not_empty", message))
    if expires_at is not None and expires_at.tzinfo is None:
        issues.append(Issue(("expiresAt",), "time_zone", f"{expires_at} has no time zone: give one."))
    elif expires_at is not None and expires_at <= dt.datetime.now(dt.UTC):
        issues.append(Issue(("expiresAt",), "future", f"{expires_at} has passed: give a time to come."))
    if issues:
        raise Invalid(" ".join(issue.message for issue in issues), issues=issues)
