"""Callbacks: what is called while a model trains, evaluates or predicts."""

from kerax.callbacks.callback import Callback
from kerax.callbacks.callback_list import CallbackList
from kerax.callbacks.history import History
from kerax.callbacks.progress_bar import ProgressBar

__all__ = ["Callback", "CallbackList", "History", "ProgressBar"]
