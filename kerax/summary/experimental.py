"""The default step of summaries."""

from kerax.summary.writer import get_step, set_step

__all__ = ["get_step", "set_step"]
