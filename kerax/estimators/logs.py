"""The log of estimators: lines on the standard error stream, as TensorFlow prints them."""

from __future__ import annotations

import logging

logger = logging.getLogger("kerax")
if not logger.handlers and logger.level == logging.NOTSET:  # as the program has not said anything else
    _handler = logging.StreamHandler()
    _handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
    logger.addHandler(_handler)
    logger.setLevel(logging.INFO)
