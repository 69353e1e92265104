import pytest

from app.core.errors import Invalid
from app.training.win_probability_params import PARAM_RANGES, WinProbabilityParams, parse_params


def test_what_is_not_given_keeps_its_default() -> None:
    assert parse_params({}) == WinProbabilityParams()


def test_text_becomes_typed_values() -> None:
    found = parse_params({"c": "2.5", "max_iter": "50", "first_season": "2005", "half_life_seasons": "4"})

    assert found == WinProbabilityParams(c=2.5, max_iter=50, first_season=2005, half_life_seasons=4.0)


def test_every_broken_rule_is_named_at_its_key() -> None:
    with pytest.raises(Invalid) as refused:
        parse_params({"c": "-1", "max_iter": "many", "depth": "3", "half_life_seasons": "nan"})

    assert {(issue.path, issue.rule) for issue in refused.value.issues} == {
        (("c",), "range"), (("max_iter",), "type"), (("depth",), "known_parameter"),
        (("half_life_seasons",), "range"),
    }  # fmt: skip
    assert "first_season" in refused.value.message  # the known ones are listed


def test_values_are_checked_however_they_come() -> None:
    with pytest.raises(Invalid, match="max_iter = 0 was asked for"):
        WinProbabilityParams(max_iter=0)


def test_only_what_may_be_none_takes_none() -> None:
    assert parse_params({"half_life_seasons": "None"}).half_life_seasons is None
    with pytest.raises(Invalid, match="must be a number"):
        parse_params({"c": "none"})


def test_every_parameter_has_its_range() -> None:
    assert tuple(one.name for one in PARAM_RANGES) == WinProbabilityParams.__slots__
    assert all(one.description for one in PARAM_RANGES)
