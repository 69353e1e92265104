"""Responses of stats.nba.com as tables of text: `resultSets` (rows under headers) and nested play-by-play V3.

Cells become text, so that one reader serves CSV and JSON; null is the empty text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from app.stats.formats.catalogue import SIGNATURES, Format


@dataclass(frozen=True, slots=True)
class JsonTable:
    """One table of a response."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]


def read_json_tables(body: bytes) -> Sequence[JsonTable]:
    """Give the tables of a response, none for any other shape; raises ValueError if it is not JSON."""
    match orjson.loads(body):
        case {"resultSets": [*sets]}:
            return [table for each in sets if (table := _result_set(each)) is not None]
        case {"resultSets": {} as single}:
            return [table for table in [_result_set(single)] if table is not None]
        case {"game": {"gameId": str() as game_id, "actions": [*actions]}}:
            return [_actions(game_id, actions)]
        case _:
            return []


def _result_set(found: object) -> JsonTable | None:
    match found:
        case {"headers": [*headers], "rowSet": [*rows]} if all(isinstance(each, str) for each in headers):
            return JsonTable(
                tuple(headers), [_cells(row if isinstance(row, list) else [row]) for row in rows]
            )
        case _:
            return None  # a few responses carry sets with two storeys of headers: none of ours


def _actions(game_id: str, actions: Sequence[object]) -> JsonTable:
    objects = [action for action in actions if isinstance(action, dict)]
    if len(objects) < len(actions):
        raise ValueError("one of the actions is no object")
    columns: dict[str, None] = {"gameId": None} | {name: None for action in objects for name in action}
    if not actions:  # a game that has not begun: an empty table of a known format
        columns |= dict.fromkeys(sorted(SIGNATURES[Format.PLAY_BY_PLAY_V3].required))
    rows = [_cells({"gameId": game_id, **action}.get(name) for name in columns) for action in objects]
    return JsonTable(tuple(columns), rows)


def _cells(values: Iterable[object]) -> list[str]:
    return ["" if value is None else str(value) for value in values]
