"""Where games come from if nobody names files."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from app.cli import first_games
from app.core.errors import Unavailable

CLOSED = Unavailable("stats.nba.com can't be reached (no connection)", dependency="stats.nba.com")


def test_a_closed_network_is_said_in_one_sentence_and_gives_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fetch(_label: str) -> Iterator[Any]:
        raise CLOSED

    monkeypatch.setattr(first_games, "fetch_season", fetch)

    found = first_games._fetch_seasons(2023)

    assert found == []
    assert capsys.readouterr().err.count("can't be reached") == 1


def test_what_came_before_the_network_failed_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(label: str) -> Iterator[Any]:
        yield f"{label} teams"
        if label == "2021-22":
            raise CLOSED

    monkeypatch.setattr(first_games, "fetch_season", fetch)

    found = first_games._fetch_seasons(2023)

    assert found == ["2020-21 teams", "2021-22 teams"]


@pytest.mark.parametrize("simulated", [True, False])
async def test_a_league_is_made_up_where_it_is_wished_for_or_nothing_else_can_be_had(
    monkeypatch: pytest.MonkeyPatch, simulated: bool
) -> None:
    asked: list[int] = []

    def fetch_seasons(newest: int) -> list[Any]:
        asked.append(newest)
        return []

    async def simulate(*_: object) -> str:
        return "a made-up league"

    monkeypatch.setattr(first_games, "_fetch_seasons", fetch_seasons)
    monkeypatch.setattr(first_games, "simulate", simulate)

    brought: object = await first_games.bring_first_games(
        None,  # type: ignore[arg-type]  # nothing here reaches a database
        lambda _progress: None,
        simulated=simulated,
        today=dt.date(2023, 11, 1),
    )

    assert brought == "a made-up league"
    assert asked == ([] if simulated else [2023])
