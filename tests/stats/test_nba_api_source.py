import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from nba_api.stats.library.http import NBAStatsHTTP

from app.core.errors import Invalid, Unavailable
from app.stats.formats.catalogue import Format
from app.stats.formats.player_lines import PlayerEntry
from app.stats.formats.team_lines import TeamSide
from app.stats.nba_api_source import FIRST_CONTACT, ONCE_ANSWERED, fetch_season

Query = dict[str, str]
Answer = tuple[int, bytes]

EMPTY: Answer = (
    200,
    json.dumps({"resultSets": [{"name": "LeagueGameLog", "headers": [], "rowSet": []}]}).encode(),
)
REFUSED: Answer = (403, b"<HTML><TITLE>Access Denied</TITLE></HTML>")


class League:
    """A stand-in for stats.nba.com on the loopback: answers as told and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Query] = []
        self.agents: list[str] = []
        self.answer: Callable[[Query], Answer] = lambda _: EMPTY
        league = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                league.asked.append({name: values[0] for name, values in parse_qs(url.query).items()})
                league.agents.append(self.headers["User-Agent"])
                status, body = league.answer(league.asked[-1])
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep the tests' output quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]


@pytest.fixture
def session() -> Iterator[None]:
    """A session of nba_api's that ends with the test."""
    with requests.Session() as own:
        own.trust_env = False  # a proxy of the machine must not see the loopback
        NBAStatsHTTP.set_session(own)
        yield
    NBAStatsHTTP.set_session(None)


@pytest.fixture
def league(monkeypatch: pytest.MonkeyPatch, session: None) -> Iterator[League]:  # noqa: ARG001 - it must exist
    stand_in = League()
    point_nba_api_at(stand_in.port, monkeypatch)
    thread = Thread(target=stand_in.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield stand_in
    stand_in.server.shutdown()
    thread.join()
    stand_in.server.server_close()


def point_nba_api_at(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NBAStatsHTTP, "base_url", f"http://127.0.0.1:{port}/stats/{{endpoint}}")


def recorded(nba_data: Path, name: str) -> Answer:
    """A recorded response; the finder's rows are served under the log's name, whose columns they share."""
    return 200, (nba_data / "nba_api_json" / name).read_bytes().replace(
        b"LeagueGameFinderResults", b"LeagueGameLog"
    )


def test_recorded_team_and_player_logs_come_out_as_lines(league: League, nba_data: Path) -> None:
    bodies = {
        "T": recorded(nba_data, "LeagueGameLog.json"),
        "P": recorded(nba_data, "LeagueGameFinder_player_LeBron.json"),
    }
    league.answer = lambda query: (
        bodies[query["PlayerOrTeam"]] if query["SeasonType"] == "Regular Season" else EMPTY
    )

    teams, players = fetch_season("2025-26", sleep=lambda _: None)

    sides, lines = list(teams.parse()), list(players.parse())
    assert (teams.format, players.format) == (Format.LEAGUE_GAME_LOG, Format.PLAYER_GAME_LOG)
    assert len(sides) == 200
    assert all(isinstance(side, TeamSide) for side in sides)
    assert any(isinstance(line, PlayerEntry) and line.line.player_id == 2544 for line in lines)


def test_every_part_is_asked_for_by_teams_and_by_players_with_the_package_s_own_headers(
    league: League,
) -> None:
    pauses: list[float] = []

    found = list(fetch_season("2023-24", sleep=pauses.append))

    assert found == []
    assert [(query["SeasonType"], query["PlayerOrTeam"]) for query in league.asked] == [
        (part, kind) for part in ("PlayIn", "Playoffs", "Regular Season") for kind in ("T", "P")
    ]
    assert {query["Season"] for query in league.asked} == {"2023-24"}
    assert set(league.agents) == {NBAStatsHTTP.headers["User-Agent"]}
    assert len(pauses) == 5


def test_a_passing_fault_is_tried_again_after_a_pause(league: League, nba_data: Path) -> None:
    answers = iter([REFUSED, recorded(nba_data, "LeagueGameLog.json")])
    league.answer = lambda _: next(answers, EMPTY)
    pauses: list[float] = []

    first = next(fetch_season("2025-26", sleep=pauses.append))

    assert len(list(first.parse())) == 200
    assert pauses == [1.0]


def test_a_page_instead_of_data_is_unavailable_in_one_sentence(league: League) -> None:
    league.answer = lambda _: REFUSED

    with pytest.raises(Unavailable) as caught:
        list(fetch_season("2023-24", sleep=lambda _: None))

    assert caught.value.message == (
        "stats.nba.com can't be reached (it answered with something other than data); "
        "go on with --data DIR or the simulated league"
    )
    assert caught.value.dependency == "stats.nba.com"
    assert len(league.asked) == FIRST_CONTACT.attempts


def test_data_of_another_shape_is_unavailable_too(league: League) -> None:
    league.answer = lambda _: (200, b'{"Message": "come back later"}')

    with pytest.raises(Unavailable, match="other data than asked for"):
        list(fetch_season("2023-24", sleep=lambda _: None))


def test_a_host_that_falls_silent_later_is_tried_longer_and_what_came_before_stays(
    league: League, nba_data: Path
) -> None:
    answers = iter([recorded(nba_data, "LeagueGameLog.json")])
    league.answer = lambda _: next(answers, REFUSED)
    pauses: list[float] = []
    parts = fetch_season("2025-26", sleep=pauses.append)

    first = next(parts)
    with pytest.raises(Unavailable):
        next(parts)

    assert len(list(first.parse())) == 200
    assert len(league.asked) == 1 + ONCE_ANSWERED.attempts
    assert pauses == [0.6, 1.0, 2.0, 4.0]


@pytest.mark.usefixtures("session")
def test_a_closed_network_is_told_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        point_nba_api_at(unused.getsockname()[1], monkeypatch)
        began = time.monotonic()

        with pytest.raises(Unavailable, match=r"can't be reached \(no connection\); go on with --data DIR"):
            list(fetch_season("2023-24"))

    assert time.monotonic() - began < 15


@pytest.mark.usefixtures("session")
def test_a_host_that_accepts_and_never_answers_is_not_waited_for_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    impatient = replace(FIRST_CONTACT, answer_seconds=0.2, give_up_seconds=0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        point_nba_api_at(silent.getsockname()[1], monkeypatch)
        pauses: list[float] = []

        with pytest.raises(Unavailable, match="no answer in time"):
            list(fetch_season("2023-24", first_contact=impatient, sleep=pauses.append))

    assert pauses == []


def test_the_longest_wait_for_a_first_answer_stays_below_fifteen_seconds() -> None:
    addresses = 4  # stats.nba.com has two of each kind, tried one after the other
    swallowed = addresses * FIRST_CONTACT.connect_seconds
    silent = FIRST_CONTACT.connect_seconds + FIRST_CONTACT.answer_seconds

    assert min(swallowed, silent) > FIRST_CONTACT.give_up_seconds
    assert max(swallowed, silent) < 15


@pytest.mark.parametrize("label", ["2023", "2023-25", "latest"])
def test_what_is_no_season_is_refused_before_anything_is_asked(league: League, label: str) -> None:
    with pytest.raises(Invalid, match="season asked for"):
        list(fetch_season(label))

    assert league.asked == []
