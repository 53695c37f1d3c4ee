"""CompiledMetrics: the metrics given to compile(), resolved per output, updated inside the step."""

from __future__ import annotations

import inspect
from typing import Any

from kerax import metrics as metrics_module
from kerax.errors import about_arrays, first_line
from kerax.function.failures import at_user_line
from kerax.metrics import Metric
from kerax.state.trace_failures import TRACE_FAILURES, note_place
from kerax.training.outputs import match_targets, output_pairs, per_output

_ACCURACY = ("accuracy", "acc")
_CROSSENTROPY = ("crossentropy", "ce")


def _is_metric(value: Any) -> bool:
    return isinstance(value, str) or callable(value) or (isinstance(value, dict) and "class_name" in value)


class CompiledMetrics:
    """The metrics of a compiled model.

    Args:
      metrics: list of names, instances or functions for every output; or a list of lists or a dict per output.
      weighted_metrics: likewise; these see the sample weights.
      loss: the loss of each output name, for resolving ``"crossentropy"``; filled in by compile.

    Raises:
      ValueError: for an unknown name.
    """

    def __init__(self, metrics: Any, weighted_metrics: Any = None):
        self.given, self.given_weighted = metrics, weighted_metrics
        self._entries: list[tuple[str, Metric, bool]] | None = None
        self._names: list[str] = []
        for one in _flat(metrics) + _flat(weighted_metrics):
            if inspect.isclass(one) or (isinstance(one, str) and one.lower() not in _ACCURACY + _CROSSENTROPY):
                metrics_module.get(one)
            elif not _is_metric(one) and one is not None:
                raise TypeError(f"compile(): a metric must be a name, function or Metric, received {one!r}.")

    def check_names(self, names: list[str]) -> None:
        """Raises ``ValueError`` if the metrics are given for other outputs than these."""
        _spread(self.given, names, "metrics")
        _spread(self.given_weighted, names, "weighted_metrics")

    @property
    def built(self) -> bool:
        """Whether the outputs are known, so that names such as 'accuracy' have been resolved."""
        return self._entries is not None

    def resolve(self, y: Any, y_pred: Any, output_names: list[str] | None) -> None:
        """Makes the metric objects, from the shapes of targets and outputs."""
        pairs = output_pairs(y_pred, output_names)
        names = [name for name, _ in pairs]
        if self._entries is not None and names == self._names:
            return
        targets = match_targets(y, names, for_all=True)
        entries: list[tuple[str, Metric, bool]] = []
        for given, weighted, argument in (
            (self.given, False, "metrics"),
            (self.given_weighted, True, "weighted_metrics"),
        ):
            for name, listed, target, (_, prediction) in zip(
                names, _spread(given, names, argument), targets, pairs, strict=True
            ):
                for one in listed:
                    entries.append((name, _make_metric(one, target, prediction), weighted))
        self._entries, self._names = entries, names

    def metrics(self) -> list[Metric]:
        """The metric objects, in order; empty before the outputs are known."""
        return [metric for _, metric, _ in self._entries or []]

    def log_names(self) -> list[str]:
        """The names in logs: the metric's own, after the output's name where there are several outputs, made unique.

        A weighted metric whose name is taken is called ``weighted_`` and its name, as in Keras 3.
        """
        taken: dict[str, int] = {}
        found = []
        for name, metric, weighted in self._entries or []:
            prefix = f"{name}_" if len(self._names) > 1 else ""
            log = prefix + metric.name
            if weighted and log in taken:
                log = f"{prefix}weighted_{metric.name}"
            count = taken.get(log, 0)
            taken[log] = count + 1
            found.append(f"{log}_{count}" if count else log)
        return found

    def update_state(self, y: Any, y_pred: Any, sample_weight: Any, output_names: list[str] | None) -> None:
        """Updates every metric with its output."""
        if self._entries is None:
            self.resolve(y, y_pred, output_names)
        outputs = dict(output_pairs(y_pred, output_names))
        targets = dict(zip(self._names, match_targets(y, self._names, for_all=True), strict=True))
        weights = dict(zip(self._names, match_targets(sample_weight, self._names, "sample_weight"), strict=True))
        for name, metric, weighted in self._entries or []:
            if targets[name] is None:
                continue
            try:
                metric.update_state(targets[name], outputs[name], sample_weight=weights[name] if weighted else None)
            except (TypeError, ValueError, IndexError) as error:
                if isinstance(error, TRACE_FAILURES):
                    note_place(error, f"metric {metric.name!r}")
                elif about_arrays(error):
                    kind = TypeError if type(error) is TypeError else ValueError
                    raise kind(f"Metric {metric.name!r}{at_user_line(error)}: {first_line(error)}") from error
                raise

    def result(self) -> dict[str, Any]:
        """Name in the logs to result."""
        return {name: metric.result() for name, metric in zip(self.log_names(), self.metrics(), strict=True)}


def _flat(given: Any) -> list:
    if given is None:
        return []
    if _is_metric(given):
        return [given]
    if not isinstance(given, (dict, list, tuple)):
        raise TypeError(
            f"compile(): metrics must be names, functions or Metric objects, in a list or dict; received {given!r}."
        )
    values = given.values() if isinstance(given, dict) else given
    return [leaf for value in values for leaf in _flat(value)]


def _spread(given: Any, names: list[str], argument: str) -> list[list]:
    """Metrics per output: a list with one entry per output, else one flat list for every output (as in tf.keras)."""
    if given is None:
        return [[] for _ in names]
    if _is_metric(given):
        given = [given]
    if not isinstance(given, dict):
        given = list(given)
        if not any(isinstance(one, (list, tuple)) for one in given):
            if len(names) > 1 and len(given) == len(names):
                return [[] if one is None else [one] for one in given]
            return [list(given) for _ in names]
    entries = per_output(given, names, argument, _is_metric)
    return [[] if one is None else [one] if _is_metric(one) else [m for m in one if m is not None] for one in entries]


def _make_metric(identifier: Any, target: Any, prediction: Any) -> Metric:
    name = identifier if isinstance(identifier, str) else None
    if name is not None and name.lower() in _ACCURACY + _CROSSENTROPY:
        metric = _by_shape(name.lower() in _ACCURACY, target, prediction)
    else:
        metric = metrics_module.get(identifier)
    if not isinstance(metric, Metric):
        metric = metrics_module.MeanMetricWrapper(metric, name=name or getattr(metric, "__name__", "metric"))
    elif name is not None and metric is not identifier:
        metric.name = name
    return metric


def _by_shape(accuracy: bool, target: Any, prediction: Any) -> Metric:
    """Binary, sparse or categorical: told by the last axis of the output and the rank of the target, as in Keras."""
    if prediction.shape[-1:] in ((1,), ()):
        return metrics_module.BinaryAccuracy() if accuracy else metrics_module.BinaryCrossentropy()
    rank = len(getattr(target, "shape", ()))
    if rank < len(prediction.shape) or target.shape[-1] == 1:
        return (
            metrics_module.SparseCategoricalAccuracy() if accuracy else metrics_module.SparseCategoricalCrossentropy()
        )
    return metrics_module.CategoricalAccuracy() if accuracy else metrics_module.CategoricalCrossentropy()
