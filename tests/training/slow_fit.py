"""A fit that says who it is and then takes for ever: to be killed in its middle."""

import os
import time
from collections.abc import Mapping

from app.core.child import Report
from app.training.child_work import RowsFile


def fit_for_ever(report: Report, _rows: RowsFile, _params: Mapping[str, str], _seed: int) -> bytes:
    report(("pid", 0, float(os.getpid())))
    time.sleep(600)
    return b""
