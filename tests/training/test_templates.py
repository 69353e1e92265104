import pytest

from app.core.errors import Invalid, NotFound
from app.training.templates import ParamWish, Plan, in_season, make_plan


def plan(**params: str) -> Plan:
    return make_plan("win-probability", [ParamWish(key, value) for key, value in params.items()])


def test_what_is_not_given_keeps_its_default() -> None:
    found = plan(c="0.5", test_season="2023-24")

    assert (found.params.c, found.params.max_iter, found.test_season) == (0.5, 500, 2023)


def test_a_plan_survives_being_shown() -> None:
    found = in_season(plan(half_life_seasons="none", c="0.30000000000000004"), 2019)

    assert Plan.restored(found.shown()) == found


def test_an_unknown_template_names_those_that_there_are() -> None:
    with pytest.raises(NotFound, match="there are: win-probability"):
        make_plan("magic", [])


@pytest.mark.parametrize(
    ("params", "path", "rule"),
    [
        ([("c", "much")], ("params", "0", "value"), "type"),
        ([("c", "1"), ("zeal", "2")], ("params", "1", "key"), "known_parameter"),
        ([("c", "-1")], ("params", "0", "value"), "range"),
        ([("test_season", "2023-25")], ("params", "0", "value"), "season"),
        ([("c", "1"), ("c", "2")], ("params", "0", "key"), "given_once"),
    ],
)
def test_a_bad_parameter_is_named_by_its_place(
    params: list[tuple[str, str]], path: tuple[str, ...], rule: str
) -> None:
    with pytest.raises(Invalid) as refused:
        make_plan("win-probability", [ParamWish(*each) for each in params])

    assert [(issue.path, issue.rule) for issue in refused.value.issues] == [(path, rule)]
