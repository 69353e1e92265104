"""From a model file to something that predicts: verified before it is parsed, tried out before it is used.

Only data and scikit-learn's own parts are let in; a file that wants anything else is refused. Slow on first
use (scikit-learn is imported then): call it in a thread.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.core.errors import Conflict
from app.registry.artifacts import read_artifact
from app.training.win_probability import TRUSTED_TYPES

Floats = NDArray[np.float64]
Predictor = Callable[[Floats], Floats]
"""From features, shape (n_rows, n_features), to probabilities of a home win in [0, 1], shape (n_rows,)."""

SKOPS: Final = "skops"
"""The one format that is served."""

_TRIAL_ROWS: Final = 2


class ModelUnloadable(Conflict):
    """A model file is the registered one but nothing that we can serve."""


def load_predictor(
    directory: Path, file_name: str, digest: str, *, feature_names: Sequence[str]
) -> Predictor:
    """Return what predicts, from a skops file whose SHA-256 is `digest`.

    Raises
    ------
    Unavailable
        If the file can't be read.
    ArtifactAltered
        If it is not the file that was registered; nothing of it is parsed then.
    ModelUnloadable
        If it holds types that are not trusted, is no model, or does not answer these features with
        probabilities.
    """
    content = read_artifact(directory, file_name, digest)
    model = _parse(content, file_name)

    def predict(features: Floats) -> Floats:
        return np.asarray(model.predict_proba(features)[:, 1], dtype=np.float64)

    _try_out(predict, file_name, len(feature_names))
    return predict


def _parse(content: bytes, file_name: str) -> Any:  # noqa: ANN401 - scikit-learn publishes no types
    from skops import io  # noqa: PLC0415 - heavy, and wanted in a thread of a serving process only

    try:
        untrusted = sorted(set(io.get_untrusted_types(data=content)) - set(TRUSTED_TYPES))
        if not untrusted:
            return io.loads(content, trusted=list(TRUSTED_TYPES))
    except Exception as error:  # a parser of foreign bytes: whatever it meets, the file can't be served
        message = (
            f"The model file {file_name} can't be parsed ({type(error).__name__}: {error}): train again."
        )
        raise ModelUnloadable(message) from error
    message = (
        f"The model file {file_name} holds types that are not trusted: {', '.join(untrusted)}: it stays out."
    )
    raise ModelUnloadable(message)


def _try_out(predict: Predictor, file_name: str, width: int) -> None:
    """Predict a row of zeros and one of unknowns; scikit-learn is warm afterwards."""
    rows = np.zeros((_TRIAL_ROWS, width))
    rows[1] = np.nan
    try:
        found = predict(rows)
    except Exception as error:  # a model of any make: whatever it meets, it can't serve these features
        message = (
            f"The model in {file_name} does not answer {width} features ({type(error).__name__}: {error}): "
            "deploy a version that was trained on today's features."
        )
        raise ModelUnloadable(message) from error
    if found.shape != (_TRIAL_ROWS,) or not bool(np.all((found >= 0) & (found <= 1))):
        message = (
            f"The model in {file_name} does not answer with one probability a row: it can't be served here."
        )
        raise ModelUnloadable(message)
