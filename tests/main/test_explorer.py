"""The explorer is served from here, under a policy that lets it talk to nobody else."""

import re

import httpx
import pytest

from app.main.explorer import BUILD

ASSETS = sorted((BUILD / "assets").iterdir(), key=lambda path: path.stat().st_size)


@pytest.mark.parametrize("path", ["/", "/explorer"])
async def test_ways_to_the_explorer(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert answer.status_code == 307
    assert answer.headers["location"] == "/explorer/"


async def test_page_comes_under_a_strict_policy(client: httpx.AsyncClient) -> None:
    answer = await client.get("/explorer/")

    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert "<title>Courtside</title>" in answer.text
    assert policy["default-src"] == policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_page_is_there_without_a_key_and_all_it_names_is_served(client: httpx.AsyncClient) -> None:
    page = await client.get("/explorer/", headers={"authorization": ""})

    names = re.findall(r'(?:src|href)="\./([^"]+)"', page.text)
    statuses = [(await client.get(f"/explorer/{name}")).status_code for name in names]

    assert names
    assert set(statuses) == {200}


async def test_assets_are_compressed_and_kept_for_ever(client: httpx.AsyncClient) -> None:
    largest = max((path for path in ASSETS if path.suffix == ".js"), key=lambda path: path.stat().st_size)

    answer = await client.get(f"/explorer/assets/{largest.name}", headers={"accept-encoding": "gzip"})

    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.content == largest.read_bytes()


async def test_asset_that_is_not_there_is_not_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/explorer/assets/of-another-release.js")

    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/explorer/../conftest.py", "/explorer/%2e%2e/%2e%2e/explorer.py", "/explorer//etc/passwd"]
)
async def test_nothing_but_the_build_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
