"""The reliability diagram of a model beside its baseline, as a PNG: do seven in ten games of 70 % come true.

Drawn from a Comparison alone, so that a stored evaluation can be drawn again; it computes no metric of its
own. The header is a table of the metrics, the upper picture the calibration, the lower one where games lie.
"""

import io
import itertools
import math
from dataclasses import dataclass
from typing import Any, Final

from app.training.evaluation import CalibrationBin, Comparison, Interval, Metrics

MODEL_COLOUR: Final = "#1f5fa8"
BASELINE_COLOUR: Final = "#d9822b"
INK: Final = "#222222"
FAINT: Final = "#8c8c8c"

_SIZE_INCHES: Final = (7.0, 9.6)
_DOTS_PER_INCH: Final = 150
_CURVES_BOX: Final = (0.105, 0.235, 0.855, 0.631)  # left, bottom, width, height: a square of 6 inches
_SPREAD_BOX: Final = (0.105, 0.055, 0.855, 0.145)
_TITLE_HEIGHT: Final = 0.976
_TABLE_LEFT: Final = 0.03
_TABLE_COLUMNS: Final = (0.49, 0.75, 0.96)  # right edges
_TABLE_ROWS: Final = (0.944, 0.924, 0.904, 0.884)
_NORMAL_QUANTILE_95: Final = 1.959964


@dataclass(frozen=True, slots=True)
class _Side:
    """What is drawn of the model or of the baseline."""

    name: str
    metrics: Metrics
    bins: tuple[CalibrationBin, ...]
    colour: str
    marker: str


def draw_reliability(comparison: Comparison, *, title: str, model_name: str, baseline_name: str) -> bytes:
    """Draw predicted against observed win shares of both sides, with their metrics and where games lie.

    Whiskers are 95 % Wilson intervals of each bin's observed share. The same comparison gives the same bytes.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy, for reports only
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, for reports only

    model = _Side(model_name, comparison.model, comparison.calibration, MODEL_COLOUR, "o")
    baseline = _Side(
        baseline_name, comparison.baseline, comparison.baseline_calibration, BASELINE_COLOUR, "s"
    )
    figure = Figure(figsize=_SIZE_INCHES, dpi=_DOTS_PER_INCH, facecolor="white")
    canvas: Any = FigureCanvasAgg(figure)  # not pyplot: no global state, no display
    _draw_header(figure, comparison, title, (model, baseline))
    curves = figure.add_axes(_CURVES_BOX)
    spread = figure.add_axes(_SPREAD_BOX, sharex=curves)
    _dress(curves, spread)
    for side in (baseline, model):
        _draw_curve(curves, side)
        _draw_spread(spread, side)
    curves.legend(loc="lower right", frameon=False, fontsize=9)
    bins = f"{len(model.bins)} bins of equal count, whiskers: 95 % intervals"
    curves.text(0.015, 0.985, bins, fontsize=8.5, color=FAINT, va="top")
    written = io.BytesIO()
    canvas.print_png(written, metadata={"Software": None})  # a version number would change the bytes
    return written.getvalue()


def wilson_interval(share: float, games: int) -> tuple[float, float]:
    """Bound the true share behind an observed one with 95 % confidence.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association, 1927.

    Examples
    --------
    >>> tuple(round(bound, 3) for bound in wilson_interval(0.5, 100))
    (0.404, 0.596)
    """
    z_squared = _NORMAL_QUANTILE_95**2
    centre = (share + z_squared / (2 * games)) / (1 + z_squared / games)
    spread = math.sqrt(share * (1 - share) / games + z_squared / (4 * games**2))
    half_width = _NORMAL_QUANTILE_95 * spread / (1 + z_squared / games)
    return max(0.0, centre - half_width), min(1.0, centre + half_width)


# The axes below are matplotlib's, which is imported late: hence Any.


def _draw_header(figure: Any, comparison: Comparison, title: str, sides: tuple[_Side, _Side]) -> None:  # noqa: ANN401
    figure.text(_TABLE_LEFT, _TITLE_HEIGHT, title, fontsize=14, fontweight="bold", color=INK, va="center")
    rows = [(f"{comparison.games:,} games", "log loss", "Brier score", "accuracy", FAINT)]
    rows += [
        (side.name, f"{side.metrics.log_loss:.4f}", f"{side.metrics.brier_score:.4f}",
         f"{100 * side.metrics.accuracy:.1f} %", side.colour)
        for side in sides
    ]  # fmt: skip
    accuracy = comparison.accuracy_gap
    points = Interval(100 * accuracy.estimate, 100 * accuracy.lower, 100 * accuracy.upper)
    rows.append(
        ("gap, 95 % interval", _bounds(comparison.log_loss_gap, 4), _bounds(comparison.brier_score_gap, 4),
         _bounds(points, 1), INK)
    )  # fmt: skip
    for height, (name, *cells, colour) in zip(_TABLE_ROWS, rows, strict=True):
        figure.text(_TABLE_LEFT, height, name, fontsize=9, color=colour, va="center")
        for right, cell in zip(_TABLE_COLUMNS, cells, strict=True):
            figure.text(right, height, cell, fontsize=9, color=colour, ha="right", va="center")


def _draw_curve(axes: Any, side: _Side) -> None:  # noqa: ANN401
    predicted = [one.mean_predicted for one in side.bins]
    bounds = [wilson_interval(one.observed, one.games) for one in side.bins]
    axes.vlines(predicted, *zip(*bounds, strict=True), color=side.colour, linewidth=1.2, alpha=0.4, zorder=2)
    axes.plot(
        predicted,
        [one.observed for one in side.bins],
        color=side.colour,
        marker=side.marker,
        markersize=6,
        markeredgecolor="white",
        linewidth=1.7,
        label=side.name,
        zorder=3,
    )


def _draw_spread(axes: Any, side: _Side) -> None:  # noqa: ANN401
    """Draw a histogram whose bars are the bins: its area says how many games lie where."""
    inner = ((one.highest + after.lowest) / 2 for one, after in itertools.pairwise(side.bins))
    edges = [side.bins[0].lowest, *inner, side.bins[-1].highest]
    # a bin of equal probabilities has no width: it is drawn as wide as a tenth of a percentage point
    widths = [max(right - left, 1e-3) for left, right in itertools.pairwise(edges)]
    games_per_point = [one.games / (100 * width) for one, width in zip(side.bins, widths, strict=True)]
    axes.stairs(games_per_point, edges, color=side.colour, alpha=0.12, fill=True)
    axes.stairs(games_per_point, edges, color=side.colour, linewidth=1.6)


def _dress(curves: Any, spread: Any) -> None:  # noqa: ANN401
    for axes in (curves, spread):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e8e8e8", linewidth=0.7)
        axes.set_axisbelow(True)
        axes.tick_params(colors=INK, labelsize=9)
    curves.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (4, 3)), label="perfect", zorder=1)
    curves.set(xlim=(0, 1), ylim=(0, 1), ylabel="share of home wins that happened")
    curves.xaxis.set_major_formatter(_percent)
    curves.yaxis.set_major_formatter(_percent)
    curves.tick_params(labelbottom=False)
    spread.set(ylabel="games per\npercentage point", xlabel="predicted probability of a home win")


def _percent(share: float, _position: int) -> str:
    return f"{100 * share:.0f} %"


def _bounds(gap: Interval, digits: int) -> str:
    return f"{gap.estimate:+.{digits}f} [{gap.lower:+.{digits}f}, {gap.upper:+.{digits}f}]"
