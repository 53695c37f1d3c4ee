"""Exporters: which of the models that ``train_and_evaluate`` evaluates are exported."""

from __future__ import annotations

import abc
import glob
import inspect
import os
import shutil
from collections.abc import Callable, Mapping
from typing import Any

from kerax.estimators.event_reader import read_events
from kerax.estimators.logs import logger


class Exporter(abc.ABC):
    """Base class: subclass it to decide yourself.

    Example:
      >>> import kerax
      >>> issubclass(kerax.estimators.FinalExporter, kerax.estimators.Exporter)
      True
    """

    @property
    @abc.abstractmethod
    def name(self) -> str:
        """The name, which is that of a folder too."""

    @abc.abstractmethod
    def export(
        self, estimator: Any, export_path: str, checkpoint_path: str, eval_result: Any, is_the_final_export: bool
    ) -> str | None:
        """Called after every evaluation.

        Args:
          estimator: the Estimator.
          export_path: folder for the exports of this exporter.
          checkpoint_path: the checkpoint that was evaluated.
          eval_result: its metrics.
          is_the_final_export: whether training has ended.

        Returns:
          Path of what was exported, or None.
        """


class _SavedModelExporter(Exporter):
    """Exports by ``export_saved_model``."""

    def __init__(self, name: str, receiver_fn: Callable, assets_extra: Any, as_text: bool) -> None:
        self._name, self._receiver_fn, self._assets_extra, self._as_text = name, receiver_fn, assets_extra, as_text

    @property
    def name(self) -> str:
        return self._name

    def _export(self, estimator: Any, export_path: str, checkpoint_path: str) -> str:
        return estimator.export_saved_model(
            export_path,
            self._receiver_fn,
            assets_extra=self._assets_extra,
            as_text=self._as_text,
            checkpoint_path=checkpoint_path,
        )


class FinalExporter(_SavedModelExporter):
    """Exports once, when training has ended.

    Args:
      name: of the exporter.
      serving_input_receiver_fn: what requests hold.
      assets_extra: destination -> file, copied beside the model.
      as_text: accepted as in TensorFlow.

    Example:
      >>> import kerax
      >>> kerax.estimators.FinalExporter("final", lambda: None).name
      'final'
    """

    def __init__(
        self, name: str, serving_input_receiver_fn: Callable, assets_extra: Any = None, as_text: bool = False
    ) -> None:
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)

    def export(
        self, estimator: Any, export_path: str, checkpoint_path: str, eval_result: Any, is_the_final_export: bool
    ) -> str | None:
        return self._export(estimator, export_path, checkpoint_path) if is_the_final_export else None


class LatestExporter(_SavedModelExporter):
    """Exports after every evaluation and keeps the newest.

    Args:
      name: of the exporter.
      serving_input_receiver_fn: what requests hold.
      assets_extra: destination -> file, copied beside the model.
      as_text: accepted as in TensorFlow.
      exports_to_keep: how many stay; None for all.

    Raises:
      ValueError: for ``exports_to_keep`` below 1.

    Example:
      >>> import kerax
      >>> kerax.estimators.LatestExporter("latest", lambda: None, exports_to_keep=2).name
      'latest'
    """

    def __init__(
        self,
        name: str,
        serving_input_receiver_fn: Callable,
        assets_extra: Any = None,
        as_text: bool = False,
        exports_to_keep: int | None = 5,
    ) -> None:
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        self._keep = _checked_keep("LatestExporter", exports_to_keep)

    def export(
        self, estimator: Any, export_path: str, checkpoint_path: str, eval_result: Any, is_the_final_export: bool
    ) -> str | None:
        path = self._export(estimator, export_path, checkpoint_path)
        collect_garbage(export_path, self._keep)
        return path


class BestExporter(_SavedModelExporter):
    """Exports a model that is better than all before, and keeps the newest of these.

    Args:
      name: of the exporter.
      serving_input_receiver_fn: what requests hold.
      event_file_pattern: pattern, within the model directory, of event files that hold earlier evaluations; None: those
        before this run do not count.
      compare_fn: ``compare_fn(best_eval_result, current_eval_result)`` says whether the current one is better; smaller
        ``loss`` by default.
      assets_extra: destination -> file, copied beside the model.
      as_text: accepted as in TensorFlow.
      exports_to_keep: how many stay; None for all.

    Raises:
      ValueError: for ``exports_to_keep`` below 1, no receiver function, or a ``compare_fn`` with other arguments.

    Example:
      >>> import kerax
      >>> kerax.estimators.BestExporter(serving_input_receiver_fn=lambda: None).name
      'best_exporter'
    """

    def __init__(
        self,
        name: str = "best_exporter",
        serving_input_receiver_fn: Callable | None = None,
        event_file_pattern: str | None = "eval/*.tfevents.*",
        compare_fn: Callable[..., bool] | None = None,
        assets_extra: Any = None,
        as_text: bool = False,
        exports_to_keep: int | None = 5,
    ) -> None:
        if serving_input_receiver_fn is None:
            raise ValueError("BestExporter needs serving_input_receiver_fn.")
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        self._compare = loss_is_smaller if compare_fn is None else compare_fn
        names = list(inspect.signature(self._compare).parameters)
        if set(names) != {"best_eval_result", "current_eval_result"}:
            raise ValueError(
                f"BestExporter(compare_fn=...) takes best_eval_result and current_eval_result, it takes {names}."
            )
        self._keep = _checked_keep("BestExporter", exports_to_keep)
        self._pattern, self._exported = event_file_pattern, False
        self._best: Mapping[str, Any] | None = None
        self._folder: str | None = None

    def export(
        self, estimator: Any, export_path: str, checkpoint_path: str, eval_result: Any, is_the_final_export: bool
    ) -> str | None:
        if self._folder != estimator.model_dir:
            self._folder, self._exported = estimator.model_dir, False
            self._best = self._earlier(estimator.model_dir)
        better = self._best is None or self._compare(best_eval_result=self._best, current_eval_result=eval_result)
        if self._exported and not better:
            return None
        if better:
            self._best = eval_result
        self._exported = True
        logger.info("%s: exporting %s", self._name, checkpoint_path)
        path = self._export(estimator, export_path, checkpoint_path)
        collect_garbage(export_path, self._keep)
        return path

    def _earlier(self, folder: str) -> Mapping[str, Any] | None:
        """The best of the evaluations in event files."""
        if not self._pattern:
            return None
        files = glob.glob(os.path.join(glob.escape(folder), self._pattern))
        best: Mapping[str, Any] | None = None
        for part in sorted({os.path.dirname(path) for path in files}):
            by_step: dict[int, dict[str, float]] = {}
            for step, tag, number in read_events(part):
                if number is not None:
                    by_step.setdefault(step, {})[tag] = number
            for found in by_step.values():
                if best is None or self._compare(best_eval_result=best, current_eval_result=found):
                    best = found
        return best


def loss_is_smaller(best_eval_result: Mapping[str, Any], current_eval_result: Mapping[str, Any]) -> bool:
    """Whether the current loss is smaller than the best.

    Raises:
      ValueError: if there is no loss.

    Example:
      >>> from kerax.estimators.export.exporters import loss_is_smaller
      >>> loss_is_smaller({"loss": 0.5}, {"loss": 0.4})
      True
    """
    for name, found in (("best_eval_result", best_eval_result), ("current_eval_result", current_eval_result)):
        if not found or "loss" not in found:
            raise ValueError(f"{name} has no 'loss': {sorted(found or ())}. Give BestExporter a compare_fn.")
    return current_eval_result["loss"] < best_eval_result["loss"]


def collect_garbage(folder: str, keep: int | None) -> None:
    """Deletes all but the newest exports of a folder.

    Args:
      folder: holds exports, whose names are numbers.
      keep: how many stay; None for all.
    """
    if keep is None or not os.path.isdir(folder):
        return
    for name in sorted((name for name in os.listdir(folder) if name.isdigit()), key=int)[:-keep]:
        shutil.rmtree(os.path.join(folder, name), ignore_errors=True)


def _checked_keep(kind: str, keep: int | None) -> int | None:
    if keep is not None and keep <= 0:
        raise ValueError(f"{kind}(exports_to_keep=...) is at least 1, or None for all; received {keep}.")
    return keep
