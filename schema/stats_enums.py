"""The closed sets of the league."""

from app.stats.rows import GameStatus, Origin, PlayKind, SeasonType
from app.stats.store.sources import SourceState
from app.stats.views import LeaderMetric, PerMode
from schema.enums import show_enum

show_enum(
    SeasonType,
    "The part of a season that a game belongs to.",
    {
        SeasonType.PRESEASON: "Before the season: counts for nothing.",
        SeasonType.REGULAR_SEASON: "The games that decide who plays on.",
        SeasonType.ALL_STAR: "Selections, not teams.",
        SeasonType.PLAYOFFS: "Best of series, to the title.",
        SeasonType.PLAY_IN: "For the last places in the playoffs.",
        SeasonType.CUP_FINAL: "The final of the cup within the season: counts for no standing.",
    },
)
show_enum(
    GameStatus,
    "Where a game stands.",
    {
        GameStatus.SCHEDULED: "Not begun.",
        GameStatus.LIVE: "Under way.",
        GameStatus.FINAL: "Over.",
        GameStatus.POSTPONED: "Not played on its day.",
    },
)
show_enum(
    Origin,
    "Whether a game took place.",
    {
        Origin.REAL: "It took place and a source told of it.",
        Origin.SIMULATED: "It was made up from a seed: nothing about it is a result.",
    },
    name="GameOrigin",
)
show_enum(
    PlayKind,
    "What happened in one event of a game.",
    {
        PlayKind.PERIOD_START: "A quarter or an overtime begins.",
        PlayKind.PERIOD_END: "A quarter or an overtime ends.",
        PlayKind.JUMP_BALL: "The ball is thrown up between two players.",
        PlayKind.MADE_SHOT: "A field goal.",
        PlayKind.MISSED_SHOT: "A field goal attempt that missed.",
        PlayKind.FREE_THROW: "A free throw, made or missed.",
        PlayKind.REBOUND: "The ball was taken after a miss.",
        PlayKind.TURNOVER: "The ball was lost.",
        PlayKind.STEAL: "The ball was taken from an opponent.",
        PlayKind.BLOCK: "A shot was blocked.",
        PlayKind.FOUL: "A foul was called.",
        PlayKind.VIOLATION: "A rule was broken that is no foul.",
        PlayKind.SUBSTITUTION: "A player came for another.",
        PlayKind.TIMEOUT: "A side stopped the game.",
        PlayKind.EJECTION: "Somebody had to leave.",
        PlayKind.REPLAY: "The officials looked at it again.",
        PlayKind.OTHER: "What no source explains.",
    },
)
show_enum(
    LeaderMetric,
    "What players are ranked by.",
    {
        LeaderMetric.POINTS: "Points scored.",
        LeaderMetric.REBOUNDS: "Rebounds, offensive and defensive.",
        LeaderMetric.ASSISTS: "Assists.",
        LeaderMetric.STEALS: "Steals.",
        LeaderMetric.BLOCKS: "Blocked shots.",
        LeaderMetric.TURNOVERS: "Turnovers.",
        LeaderMetric.THREE_POINTERS_MADE: "Three-point field goals made.",
        LeaderMetric.MINUTES: "Minutes on the floor.",
    },
)
show_enum(
    PerMode,
    "What a sum is divided by.",
    {
        PerMode.TOTALS: "By nothing.",
        PerMode.PER_GAME: "By the games in which the player entered.",
        PerMode.PER_36: "By the minutes on the floor, times 36.",
    },
)
show_enum(
    SourceState,
    "How far the loading of a source has come.",
    {
        SourceState.LOADED: "All its rows are in use or in quarantine.",
        SourceState.INCOMPLETE: "Some rows speak of games that no source has told of yet.",
    },
)

__all__ = ["GameStatus", "LeaderMetric", "Origin", "PerMode", "PlayKind", "SeasonType", "SourceState"]
