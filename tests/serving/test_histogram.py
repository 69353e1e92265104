import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.serving.histogram import RELATIVE_ERROR, SMALLEST_MS, Histogram

LATENCIES = st.lists(st.floats(SMALLEST_MS, 600_000), min_size=1, max_size=200)


def counted(values: list[float]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.count(value)
    return histogram


def test_of_nothing_there_is_no_quantile() -> None:
    assert Histogram().quantile(0.5) is None


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)])
def test_quantiles_of_one_to_a_hundred_are_known(share: float, expected: float) -> None:
    found = counted([float(value) for value in range(1, 101)]).quantile(share)

    assert found == pytest.approx(expected, rel=1.001 * RELATIVE_ERROR)


@given(values=LATENCIES, share=st.floats(0, 1))
def test_no_quantile_is_off_by_more_than_the_stated_error(values: list[float], share: float) -> None:
    exact = sorted(values)[math.floor(share * (len(values) - 1))]

    found = counted(values).quantile(share)

    assert found is not None
    assert abs(found - exact) <= exact * RELATIVE_ERROR * (1 + 1e-9)


@given(ours=LATENCIES, theirs=LATENCIES)
def test_merging_two_is_counting_all_in_one(ours: list[float], theirs: list[float]) -> None:
    merged = counted(ours)

    merged.merge(counted(theirs))

    assert merged.counts == counted(ours + theirs).counts


@given(values=LATENCIES)
def test_what_was_shown_can_be_restored(values: list[float]) -> None:
    histogram = counted(values)

    assert Histogram.restored(histogram.shown()).counts == histogram.counts


def test_what_is_shorter_than_a_microsecond_counts_as_one() -> None:
    assert counted([0.0, -1.0]).quantile(1.0) == pytest.approx(SMALLEST_MS, rel=1.001 * RELATIVE_ERROR)
