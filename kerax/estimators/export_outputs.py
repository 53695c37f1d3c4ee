"""ExportOutput: what a signature of an exported model gives."""

from __future__ import annotations

from typing import Any


class ExportOutput:
    """Base class of the outputs of signatures.

    Example:
      >>> import kerax
      >>> issubclass(kerax.estimators.export.PredictOutput, kerax.estimators.export.ExportOutput)
      True
    """

    kind = "output"

    def tensors(self) -> dict[str, Any]:
        """Name -> array, as the signature gives them."""
        raise NotImplementedError


class ClassificationOutput(ExportOutput):
    """Scores and names of classes.

    Args:
      scores: float ``[batch, classes]``, or None.
      classes: text ``[batch, classes]``, or None.

    Raises:
      ValueError: without either.

    Example:
      >>> import kerax, numpy as np
      >>> sorted(kerax.estimators.export.ClassificationOutput(scores=np.ones((1, 2))).tensors())
      ['scores']
    """

    kind = "classification"

    def __init__(self, scores: Any = None, classes: Any = None) -> None:
        if scores is None and classes is None:
            raise ValueError("ClassificationOutput needs scores or classes.")
        self.scores, self.classes = scores, classes

    def tensors(self) -> dict[str, Any]:
        pairs = {"scores": self.scores, "classes": self.classes}
        return {key: value for key, value in pairs.items() if value is not None}


class RegressionOutput(ExportOutput):
    """Numbers.

    Args:
      value: float array, the batch first.

    Example:
      >>> import kerax, numpy as np
      >>> list(kerax.estimators.export.RegressionOutput(np.ones((1, 1))).tensors())
      ['outputs']
    """

    kind = "regression"

    def __init__(self, value: Any) -> None:
        self.value = value

    def tensors(self) -> dict[str, Any]:
        return {"outputs": self.value}


class PredictOutput(ExportOutput):
    """Any arrays.

    Args:
      outputs: dict of arrays, or one array.

    Example:
      >>> import kerax, numpy as np
      >>> list(kerax.estimators.export.PredictOutput(np.ones(1)).tensors())
      ['output']
    """

    kind = "predict"

    def __init__(self, outputs: Any) -> None:
        self.outputs = outputs if isinstance(outputs, dict) else {"output": outputs}

    def tensors(self) -> dict[str, Any]:
        return {"/".join(key) if isinstance(key, tuple) else key: value for key, value in self.outputs.items()}


class EvalOutput(ExportOutput):
    """What an evaluation gives.

    Args:
      loss: the loss.
      predictions: dict of arrays, or one array.
      metrics: name -> metric.

    Example:
      >>> import kerax
      >>> list(kerax.estimators.export.EvalOutput(0.5).tensors())
      ['loss']
    """

    kind = "eval"

    def __init__(self, loss: Any = None, predictions: Any = None, metrics: Any = None) -> None:
        self.loss, self.predictions, self.metrics = loss, predictions, metrics

    def tensors(self) -> dict[str, Any]:
        given = self.predictions if isinstance(self.predictions, dict) else {"predictions": self.predictions}
        return {key: value for key, value in {"loss": self.loss, **given}.items() if value is not None}
