"""How staged rows enter their table: one set-based statement that judges each against the row that stands.

A row that says the same is a duplicate and rewrites nothing. One that says otherwise replaces the standing
row if its source is trusted as much or more (the newest of equals is a correction), else it is superseded.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final
from uuid import UUID

from app.core.session import Connection
from app.stats.store.kinds import Kind


class Verdict(StrEnum):
    """What becomes of a staged row."""

    NEW = "NEW"
    REPLACES = "REPLACES"
    CONFIRMS = "CONFIRMS"
    """It says the same as the standing row and is trusted more: only the trust is raised."""
    REPEATS = "REPEATS"
    SUPERSEDED = "SUPERSEDED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of staged rows: `stored + superseded + duplicate` is their number."""

    stored: int
    superseded: int
    duplicate: int
    changed_game_ids: tuple[str, ...]


async def merge_rows(connection: Connection, kind: Kind, *, source_file_id: UUID, trust: int) -> Outcome:
    """Merge the staging table of a kind whose rows stand each for itself."""
    counts: Counter[str] = Counter()
    changed: set[str] = set()
    for verdict, number, game_ids in await connection.fetch(_merge_sql(kind), source_file_id, trust):
        counts[verdict] = number
        if verdict in {Verdict.NEW, Verdict.REPLACES}:
            changed |= set(game_ids)
    staged = await connection.fetchval(f"select count(*) from {kind.staging}")
    return _outcome(counts, staged, changed)


def _outcome(counts: Counter[str], staged: int, changed: set[str]) -> Outcome:
    stored, superseded = counts[Verdict.NEW] + counts[Verdict.REPLACES], counts[Verdict.SUPERSEDED]
    return Outcome(stored, superseded, staged - stored - superseded, tuple(sorted(changed)))


def _columns(alias: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


def _match(kind: Kind) -> str:
    return " and ".join(f"t.{name} = c.{name}" for name in kind.key)


@cache
def _merge_sql(kind: Kind) -> str:
    key = ", ".join(kind.key)
    targets = (*kind.columns, *(name for name, _ in kind.derived), "trust", "source_file_id")
    derived = "".join(f"{expression}, " for _, expression in kind.derived)
    game = f"join game g on g.id = c.{kind.game_column}" if kind.derived else ""
    updates = ", ".join(f"{name} = excluded.{name}" for name in targets if name not in kind.key)
    return f"""
    with c as (
        select distinct on ({key}) * from {kind.staging} order by {key}, ordinal
    ), judged as materialized (
        select c.*, case
            when t.{kind.key[0]} is null then '{Verdict.NEW}'
            when ({_columns("t", kind.values)}) is not distinct from ({_columns("c", kind.values)})
                then case when t.trust < $2 then '{Verdict.CONFIRMS}' else '{Verdict.REPEATS}' end
            when t.trust <= $2 and ({kind.replaceable}) then '{Verdict.REPLACES}'
            else '{Verdict.SUPERSEDED}' end as verdict
        from c left join {kind.table} t on {_match(kind)}
    ), written as (
        insert into {kind.table} ({", ".join(targets)})
        select {_columns("c", kind.columns)}, {derived}$2, $1 from judged c {game}
        where c.verdict in ('{Verdict.NEW}', '{Verdict.REPLACES}', '{Verdict.CONFIRMS}')
        on conflict ({key}) do update set {updates}
    )
    select verdict, count(*), array_agg(distinct {kind.game_column}) from judged group by verdict
    """


_DISCARD_PLAYS: Final = "delete from play where game_id = any($1)"


async def merge_plays(connection: Connection, kind: Kind, *, source_file_id: UUID, trust: int) -> Outcome:
    """Merge the staging table of plays, game by game: numbers of two sources do not fit together."""
    judged = await connection.fetch(_judge_plays_sql(kind), trust)
    counts: Counter[str] = Counter()
    for game in judged:
        counts[game["verdict"]] += game["plays"]
    replaced = [game["game_id"] for game in judged if game["verdict"] == Verdict.REPLACES]
    written = [game["game_id"] for game in judged if game["verdict"] in {Verdict.NEW, Verdict.REPLACES}]
    confirmed = [game["game_id"] for game in judged if game["verdict"] == Verdict.CONFIRMS]
    await connection.execute(_DISCARD_PLAYS, replaced)
    await connection.execute(_insert_plays_sql(kind), source_file_id, trust, written)
    await connection.execute("update play set trust = $1 where game_id = any($2)", trust, confirmed)
    return _outcome(counts, sum(game["plays"] for game in judged), set(written))


@cache
def _judge_plays_sql(kind: Kind) -> str:
    return f"""
    with fresh as (
        select game_id, count(*) as plays from {kind.staging} group by game_id
    ), standing as (
        select game_id, count(*) as plays, min(t.trust) as trust
        from play t join fresh using (game_id) group by game_id
    ), same as (
        select t.game_id, count(*) as plays from play t join {kind.staging} c on {_match(kind)}
        where ({_columns("t", kind.values)}) is not distinct from ({_columns("c", kind.values)})
        group by t.game_id
    )
    select game_id, fresh.plays, case
        when standing.plays is null then '{Verdict.NEW}'
        when fresh.plays = standing.plays and fresh.plays = same.plays
            then case when standing.trust < $1 then '{Verdict.CONFIRMS}' else '{Verdict.REPEATS}' end
        when standing.trust <= $1 then '{Verdict.REPLACES}'
        else '{Verdict.SUPERSEDED}' end as verdict
    from fresh left join standing using (game_id) left join same using (game_id)
    """


@cache
def _insert_plays_sql(kind: Kind) -> str:
    names = ", ".join(kind.columns)
    return f"""
    insert into play ({names}, trust, source_file_id)
    select {names}, $2, $1 from {kind.staging} where game_id = any($3)
    """
