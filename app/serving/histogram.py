"""Latencies counted in buckets that grow by a fixed ratio: small, mergeable, with a known error.

After Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
guarantees", PVLDB 12(12), 2019, section 2. Differs from it in that values below one microsecond count as one.
"""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Final, Self

RELATIVE_ERROR: Final = 0.02
"""No quantile is further than 2 % from a value that lies at its rank."""
SMALLEST_MS: Final = 0.001

_RATIO: Final = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_LOG_RATIO: Final = math.log(_RATIO)


class Histogram:
    """Counts of values by bucket: number i holds those in (ratio ** (i - 1), ratio ** i] milliseconds."""

    def __init__(self, counts: Mapping[int, int] | None = None) -> None:
        self.counts: Counter[int] = Counter(counts or {})

    @classmethod
    def restored(cls, buckets: Mapping[str, int]) -> Self:
        """Build the histogram from what `shown` gave."""
        return cls({int(bucket): count for bucket, count in buckets.items()})

    def shown(self) -> dict[str, int]:
        """Give the counts with their bucket's number as text, as JSON wants it."""
        return {str(bucket): count for bucket, count in sorted(self.counts.items())}

    @property
    def total(self) -> int:
        """How many values were counted."""
        return self.counts.total()

    def count(self, milliseconds: float) -> None:
        """Count one value."""
        self.counts[math.ceil(math.log(max(milliseconds, SMALLEST_MS)) / _LOG_RATIO)] += 1

    def merge(self, other: "Histogram") -> None:
        """Take in the values of another; the result is that of counting all of them here."""
        self.counts.update(other.counts)

    def quantile(self, share: float) -> float | None:
        """Give the value below which `share` (in [0, 1]) of the values lie, in milliseconds; None of nothing.

        Its rank is floor(share * (n - 1)), counted from 0; it is off by 2 % of the value at most.

        Examples
        --------
        >>> latencies = Histogram()
        >>> for milliseconds in (1.0, 2.0, 100.0):
        ...     latencies.count(milliseconds)
        >>> round(latencies.quantile(0.5), 1)
        2.0
        """
        rank, seen = math.floor(share * (self.total - 1)), 0
        for bucket, count in sorted(self.counts.items()):
            seen += count
            if seen > rank:
                return float(2 * _RATIO**bucket / (_RATIO + 1))
        return None
