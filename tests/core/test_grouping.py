from app.core.grouping import by_key, grouped, in_order


def test_every_parent_finds_its_answer_or_none() -> None:
    assert in_order([2, 3, 2], {2: "b"}) == ["b", None, "b"]


def test_every_parent_finds_its_rows_in_the_order_of_the_rows() -> None:
    assert grouped([2, 3, 2], [(2, "b"), (1, "a"), (2, "c")]) == [["b", "c"], [], ["b", "c"]]


def test_groups_hold_those_that_have_rows() -> None:
    assert by_key([(2, "b"), (1, "a"), (2, "c")]) == {2: ["b", "c"], 1: ["a"]}
