import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.stats.minutes import parse_clock, parse_minutes, team_seconds

minutes_and_seconds = st.tuples(st.integers(0, 98), st.integers(0, 59))


@given(minutes_and_seconds)
def test_every_spelling_of_a_playing_time_gives_the_same_seconds(time: tuple[int, int]) -> None:
    minutes, seconds = time

    spellings = [
        f"{minutes}:{seconds:02d}",
        f"{minutes}.000000:{seconds:02d}",
        f"PT{minutes:02d}M{seconds:02d}.00S",
        f"PT{minutes}M{seconds}S",
    ]

    assert {parse_minutes(spelling) for spelling in spellings} == {60 * minutes + seconds}


@given(st.integers(0, 340))
def test_plain_minutes_are_whole_or_decimal(minutes: int) -> None:
    assert parse_minutes(str(minutes)) == parse_minutes(f"{minutes}.0") == 60 * minutes


@pytest.mark.parametrize(
    "text", ["", " ", "-5", "abc", "12:60", "12:5", "PT", "PT12", "PTM", "1e2", "nan", "12:34:56", "٣٥"]
)
def test_what_is_no_playing_time_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="time found"):
        parse_minutes(text)


@given(st.integers(0, 12), st.integers(0, 599))
def test_a_clock_keeps_tenths(minutes: int, tenths: int) -> None:
    left = 60 * minutes + tenths / 10

    assert parse_clock(f"PT{minutes:02d}M{tenths / 10:05.2f}S") == pytest.approx(left)


def test_a_clock_without_a_colon_is_refused() -> None:
    with pytest.raises(Invalid):
        parse_clock("12")


@given(st.integers(0, 10), st.integers(-5, 5))
def test_noise_of_rounded_players_is_put_right(overtimes: int, noise: int) -> None:
    assert team_seconds(240 + 25 * overtimes + noise) == 60 * (240 + 25 * overtimes)


@pytest.mark.parametrize("minutes", [0, 17, 216, 247, 249, 5000])
def test_minutes_that_fit_no_game_are_unknown(minutes: int) -> None:
    assert team_seconds(minutes) is None


@given(st.floats(0, 10_000))
def test_team_seconds_are_whole_games_or_unknown(minutes: float) -> None:
    seconds = team_seconds(minutes)

    assert seconds is None or (seconds >= 14_400 and (seconds - 14_400) % 1_500 == 0)
