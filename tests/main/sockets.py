"""A client of graphql-transport-ws that says exactly what it is told to, right or wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PROTOCOL = "graphql-transport-ws"


@asynccontextmanager
async def opened(url: str, protocol: str = PROTOCOL, **headers: str) -> AsyncIterator[ClientConnection]:
    address = url.replace("http:", "ws:") + "/graphql"
    async with connect(
        address, subprotocols=[Subprotocol(protocol)], additional_headers=headers, proxy=None
    ) as socket:
        yield socket


@asynccontextmanager
async def signed_in(url: str, key: str) -> AsyncIterator[ClientConnection]:
    async with opened(url) as socket:
        await say(socket, type="connection_init", payload={"authorization": f"Bearer {key}"})
        assert await heard(socket) == {"type": "connection_ack"}
        yield socket


async def say(socket: ClientConnection, **message: object) -> None:
    await socket.send(json.dumps(message))


async def ask(socket: ClientConnection, name: str, query: str, **variables: object) -> None:
    await say(socket, id=name, type="subscribe", payload={"query": query, "variables": variables})


async def heard(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return message


async def closed_with(socket: ClientConnection) -> int | None:
    """Return the code with which the server closes the socket, whatever it says before."""
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 10)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
