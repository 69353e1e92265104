"""Answering a request for predictions: rows to games, to features, to probabilities, all of it stored.

Features are those strictly before each game's date, made by one SQL for all rows; the model answers from
memory; the predictions, their key and their event are written in one transaction.
"""

import datetime as dt
import math
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.core.errors import Invalid, Issue, NotFound
from app.core.idempotency import recall, remember
from app.core.ids import PredictionId, encode_global_id, new_id
from app.core.session import Session
from app.features.definitions import FEATURE_NAMES
from app.features.matchup import feature_matrix
from app.features.store import PlannedGame, matchup_rows
from app.serving.events import PredictionsStored
from app.serving.pool import ModelPool
from app.serving.shelf import ServedModel
from app.serving.store.predictions import insert_predictions, predictions_of_batch
from app.serving.views import PredictionView
from app.stats.season import season_of_date
from app.stats.store.games import find_games
from app.stats.store.teams import find_teams
from app.stats.views import GameView

MOST_ROWS: Final = 500
FIRST_DAY: Final = dt.date(1946, 8, 1)
LAST_DAY: Final = dt.date(2046, 7, 31)
"""Between these days the league's seasons have names."""


@dataclass(frozen=True, slots=True)
class RowWish:
    """One game to predict: a known one by its id, or a planned one by its teams and its date."""

    game_id: str | None = None
    home_team_id: int | None = None
    away_team_id: int | None = None
    date: dt.date | None = None

    def shown(self) -> tuple[str | int | None, ...]:
        """Give the wish as plain values, for comparing it with a later one."""
        day = None if self.date is None else self.date.isoformat()
        return self.game_id, self.home_team_id, self.away_team_id, day


@dataclass(frozen=True, slots=True)
class _Game:
    game_id: str | None
    planned: PlannedGame


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered, and whether it was answered before."""

    predictions: Sequence[PredictionView]
    replayed: bool


async def predict(
    session: Session,
    models: ModelPool,
    endpoint: str,
    rows: Sequence[RowWish],
    *,
    now: dt.datetime,
    key: str | None = None,
    request_id: str | None = None,
) -> Answer:
    """Predict up to 500 games; a repeat of a key answers with the first one's predictions.

    Raises `Invalid` for rows that say no game, `NotFound` for an unknown endpoint, game or team,
    `Unavailable` while nothing serves on the endpoint.
    """
    began = time.perf_counter()
    _check(rows)
    asked = {"endpoint": endpoint, "rows": [row.shown() for row in rows]}
    if key is not None:
        earlier = await recall(session, operation="predict", key=key, input=asked)
        if earlier is not None:
            return Answer(await predictions_of_batch(session, earlier), replayed=True)
    model = await models.get(session.workspace_id, endpoint)
    games = await _find_games(session, rows)
    features = feature_matrix(await matchup_rows(await session.driver(), [game.planned for game in games]))
    probabilities = await model.answer(features)
    latency_ms = 1000 * (time.perf_counter() - began)
    ids = sorted(new_id() for _ in games)  # those of one millisecond have no order of their own
    drafts = zip(ids, games, features.tolist(), probabilities.tolist(), strict=True)
    predictions = [
        _prediction(model, *draft, at=now, latency_ms=latency_ms, request_id=request_id) for draft in drafts
    ]
    await _store(session, model, predictions, key=key, asked=asked)
    return Answer(predictions, replayed=False)


async def _store(
    session: Session,
    model: ServedModel,
    predictions: Sequence[PredictionView],
    *,
    key: str | None,
    asked: object,
) -> None:
    batch_id = new_id()
    if key is not None:
        await remember(session, operation="predict", key=key, input=asked, result_id=batch_id)
    await insert_predictions(session, batch_id, predictions)
    ids = [prediction.id for prediction in predictions]
    session.emit(PredictionsStored(model.deployment_id, model.model_version_id, ids))


def _check(rows: Sequence[RowWish]) -> None:
    if not 1 <= len(rows) <= MOST_ROWS:
        message = f"`rows` has {len(rows)} rows: ask for 1 to {MOST_ROWS} at once."
        raise Invalid(message, issues=[Issue(("rows",), "batch_size", message)], path=["rows"])
    issues = [issue for place, row in enumerate(rows) if (issue := _issue(place, row)) is not None]
    if issues:
        raise Invalid(" ".join(issue.message for issue in issues[:3]), issues=issues, path=issues[0].path)


def _issue(place: int, row: RowWish) -> Issue | None:
    path, planned = ("rows", str(place)), (row.home_team_id, row.away_team_id, row.date)
    if row.game_id is not None and planned == (None, None, None):
        return None
    if row.game_id is not None or None in planned:
        return Issue(path, "one_game", f"Row {place}: say either `game`, or `home`, `away` and `date`.")
    if row.home_team_id == row.away_team_id:
        return Issue(path, "two_teams", f"Row {place}: a team can't play itself.")
    if row.date is not None and not FIRST_DAY <= row.date <= LAST_DAY:
        return Issue((*path, "date"), "date", f"Row {place}: {row.date} lies in no season of the league.")
    return None


async def _find_games(session: Session, rows: Sequence[RowWish]) -> list[_Game]:
    """Give what is to be predicted, by two statements at most; raise `NotFound` for the first missing."""
    connection = await session.driver()
    asked = [row.game_id for row in rows if row.game_id is not None]
    found = dict(zip(asked, await find_games(connection, asked), strict=True)) if asked else {}
    sides = {side for row in rows for side in (row.home_team_id, row.away_team_id) if side is not None}
    known = {team.id for team in await find_teams(connection, sorted(sides)) if team} if sides else set()
    games = []
    for place, row in enumerate(rows):
        if row.game_id is not None:
            games.append(_Game(row.game_id, _known_game(found[row.game_id], place, row.game_id)))
        else:
            games.append(_Game(None, _planned_game(row, place, known)))
    return games


def _known_game(game: GameView | None, place: int, game_id: str) -> PlannedGame:
    if game is None:
        message = f"Row {place}: no such game; `games` lists those that there are."
        missing = encode_global_id("Game", game_id)
        raise NotFound(message, missing_id=missing, path=["rows", str(place), "game"])
    return PlannedGame(
        game.home_team_id, game.away_team_id, game.date, game.season_start_year, game.neutral_site
    )


def _planned_game(row: RowWish, place: int, known: Container[int]) -> PlannedGame:
    assert row.home_team_id is not None and row.away_team_id is not None and row.date is not None  # noqa: S101, PT018 - checked
    for side, team_id in (("home", row.home_team_id), ("away", row.away_team_id)):
        if team_id not in known:
            message = f"Row {place}: no such {side} team; `teams` lists those that there are."
            missing = encode_global_id("Team", team_id)
            raise NotFound(message, missing_id=missing, path=["rows", str(place), side])
    return PlannedGame(row.home_team_id, row.away_team_id, row.date, season_of_date(row.date))


def _prediction(
    model: ServedModel,
    id_: UUID,
    game: _Game,
    features: list[float],
    probability: float,
    *,
    at: dt.datetime,
    latency_ms: float,
    request_id: str | None,
) -> PredictionView:
    values = zip(FEATURE_NAMES, features, strict=True)
    return PredictionView(
        id=PredictionId(id_),
        deployment_id=model.deployment_id,
        at=at,
        game_id=game.game_id,
        home_team_id=game.planned.home_team_id,
        away_team_id=game.planned.away_team_id,
        date=game.planned.date,
        probability=probability,
        features={name: None if math.isnan(value) else value for name, value in values},
        latency_ms=latency_ms,
        request_id=request_id,
    )
