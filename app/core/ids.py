"""Identifiers: UUIDv7 for our own rows, opaque Relay ids for the outside.

A UUIDv7 (RFC 9562, section 5.7) starts with the time in milliseconds, so that new rows land
at the end of an index. A global id is the base64url text of `Type:key`; clients must not look inside.
"""

import base64
import binascii
import os
import time
import uuid
from typing import NamedTuple, NewType

from app.core.errors import Invalid

WorkspaceId = NewType("WorkspaceId", uuid.UUID)
RunId = NewType("RunId", uuid.UUID)
DatasetVersionId = NewType("DatasetVersionId", uuid.UUID)
ModelVersionId = NewType("ModelVersionId", uuid.UUID)
DeploymentId = NewType("DeploymentId", uuid.UUID)
RolloutId = NewType("RolloutId", uuid.UUID)
PredictionId = NewType("PredictionId", uuid.UUID)
ActorId = NewType("ActorId", uuid.UUID)

DEFAULT_WORKSPACE = WorkspaceId(uuid.UUID("00000000-0000-7000-8000-000000000001"))
"""The one workspace of a new installation."""
NO_ID = uuid.UUID(int=0)
"""No row has it: it keeps the place of a key that is none, where many are looked up at once."""


def new_id() -> uuid.UUID:
    """Return a UUIDv7: 48 bits of Unix time in milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | (random & ((1 << 62) - 1))
    return uuid.UUID(int=value)


class GlobalId(NamedTuple):
    """A Relay id taken apart: the GraphQL type's name and the key within it."""

    type_name: str
    key: str


def encode_global_id(type_name: str, key: object) -> str:
    """Return the opaque id of one node.

    >>> encode_global_id("Team", 1610612738)
    'VGVhbToxNjEwNjEyNzM4'
    """
    return base64.urlsafe_b64encode(f"{type_name}:{key}".encode()).decode().rstrip("=")


def decode_global_id(global_id: str) -> GlobalId:
    """Take an opaque id apart; raise `Invalid` where it was not made by `encode_global_id`.

    >>> decode_global_id("VGVhbToxNjEwNjEyNzM4")
    GlobalId(type_name='Team', key='1610612738')
    """
    try:
        padded = global_id + "=" * (-len(global_id) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        type_name, separator, key = text.partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        separator = ""
    # PostgreSQL refuses NUL in a text
    if not separator or not type_name or not key or "\x00" in key:
        message = f"“{global_id[:80]}” is not an id of this API: use an `id` that a query returned."
        raise Invalid(message)
    return GlobalId(type_name, key)


def key_of(global_id: str, type_name: str) -> str | None:
    """Return the key inside an id of the type asked for, None where it is another type's or no id at all."""
    try:
        found = decode_global_id(global_id)
    except Invalid:
        return None
    return found.key if found.type_name == type_name else None


def uuid_of(global_id: str, type_name: str) -> uuid.UUID | None:
    """Like `key_of`, for types whose key is a UUID."""
    key = key_of(global_id, type_name)
    return None if key is None else uuid_or_none(key)


def uuid_or_none(key: str) -> uuid.UUID | None:
    """Return the UUID that a key is, None where it is none."""
    try:
        return uuid.UUID(key)
    except ValueError:
        return None
