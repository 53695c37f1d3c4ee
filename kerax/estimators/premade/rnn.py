"""Recurrent models over sequence feature columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp

from kerax import layers
from kerax.errors import unknown_name
from kerax.estimators.heads import Head
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.premade.columns import check_features, dnn_columns
from kerax.estimators.premade.optimizers import check_optimizer, resolve
from kerax.estimators.premade.premade import Premade, classifier_head
from kerax.estimators.premade.sequence_head import SequenceHead
from kerax.estimators.run_config import RunConfig
from kerax.estimators.template import current_run
from kerax.feature_column.column import require
from kerax.feature_column.transform import sorted_columns
from kerax.state import walk

_MODEL = "rnn_model"  # TensorFlow's name for the part behind the columns
_RATE, _CLIP = 0.05, 5.0  # of optimizers given by name: learning rate, largest norm of a gradient
_CELLS = {"simple_rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}


def _sequence_columns(columns: Any, where: str) -> list[Any]:
    found = sorted_columns(columns, f"{where}(sequence_feature_columns=...)")
    for column in found:
        require(
            column.is_sequence,
            f"{where}: {column.name!r} is no sequence column. Give it in context_feature_columns, or use "
            "sequence_numeric_column or sequence_categorical_column_with_... .",
        )
    return found


def _recurrent(
    units: Any, cell_type: Any, rnn_cell_fn: Callable | None, return_sequences: bool, where: str
) -> Callable[[], list[Any]]:
    """A function that makes the recurrent layers; the arguments are checked now."""
    if rnn_cell_fn is not None:
        if units is not None or cell_type is not None:
            raise ValueError(f"{where}: rnn_cell_fn says what the cells are; leave units and cell_type out.")
        if not callable(rnn_cell_fn):
            raise ValueError(f"{where}(rnn_cell_fn=...) is a function that returns cells, got {rnn_cell_fn!r}.")
        return lambda: [layers.RNN(rnn_cell_fn(), return_sequences=return_sequences, name="rnn")]
    if units is None:
        raise ValueError(f"{where} needs units, the sizes of the recurrent layers, or rnn_cell_fn.")
    sizes = [units] if isinstance(units, int) else list(units)
    if not sizes or any(not isinstance(size, int) or size < 1 for size in sizes):
        raise ValueError(f"{where}(units=...) is a list of whole numbers of at least 1, received {units!r}.")
    kind = "simple_rnn" if cell_type is None else cell_type
    if kind not in _CELLS:
        raise unknown_name("cell_type", kind, _CELLS)
    last = len(sizes) - 1
    return lambda: [
        _CELLS[kind](size, return_sequences=return_sequences or place < last, name=f"{kind}_{place}")
        for place, size in enumerate(sizes)
    ]


def _name_as_cell(layer: Any, place: int | None) -> None:
    """Gives the weights of a recurrent layer the names that they have in TensorFlow, where one layer runs all cells."""
    if type(layer) is layers.RNN:
        _rename(layer, f"{_MODEL}/rnn")
    else:
        kind = next(name for name, cls in _CELLS.items() if cls is type(layer))
        stack = "" if place is None else "/stacked_rnn_cells"
        _rename(layer.cell, f"{_MODEL}/rnn{stack}/{kind}_cell" + (f"_{place}" if place else ""))


def _rename(layer: Any, name: str) -> None:
    run = current_run()
    for path, variable, _ in walk(layer):
        run.fixed[id(variable)] = variable.path = f"{name}/{path}"


class _RNN(Premade):
    """What the recurrent estimators share; see `RNNEstimator`."""

    def __init__(
        self,
        head: Head,
        sequence_feature_columns: Any,
        context_feature_columns: Any,
        make: Callable[[], list[Any]],
        return_sequences: bool,
        optimizer: Any,
        sequence_mask: str,
        model_dir: Any,
        config: RunConfig | None,
        warm_start_from: Any = None,
    ) -> None:
        where = type(self).__name__
        sequences = _sequence_columns(sequence_feature_columns, where)
        context = dnn_columns(context_feature_columns, where) if context_feature_columns else []
        check_optimizer("optimizer", optimizer)
        if isinstance(head, Head) and return_sequences:
            head = SequenceHead(head, sequence_mask)

        def logits(features: Any, mode: str, units: int) -> tuple[Any, Any]:
            check_features(features, where)
            values, lengths = layers.SequenceFeatures(sequences, name="sequence_features")(features)
            if context:
                fixed = layers.DenseFeatures(context, name="dense_features")(features)
                tiled = jnp.broadcast_to(fixed[:, None], (*values.shape[:2], fixed.shape[-1]))
                values = jnp.concatenate([values, tiled], -1)
            mask = jnp.arange(values.shape[1]) < jnp.asarray(lengths)[:, None]
            training = mode == ModeKeys.TRAIN
            recurrent = make()
            for place, layer in enumerate(recurrent):
                values = layer(values, mask=mask, training=training)
                _name_as_cell(layer, place if len(recurrent) > 1 else None)
            last = layers.Dense(units, name="logits")
            found = last(values)
            _rename(last, f"{_MODEL}/logits")
            if return_sequences:
                head.mask = mask  # type: ignore[attr-defined]
            if not training:
                return found, []
            made = resolve("optimizer", optimizer, _RATE)
            if isinstance(optimizer, str):
                made.clipnorm = _CLIP
            return found, [(made, None)]

        super().__init__(logits, head, model_dir, config, warm_start_from)


class RNNClassifier(_RNN):
    """A recurrent model for classes.

    Args:
      sequence_feature_columns: sequence columns: `sequence_numeric_column`, or indicator and embedding columns over
        ``sequence_categorical_column_with_...``.
      context_feature_columns: dense columns of what holds for all steps; they are given to every step.
      units: sizes of the recurrent layers, from the first to the last.
      cell_type: ``"simple_rnn"`` (default), ``"lstm"`` or ``"gru"``.
      rnn_cell_fn: function that returns a cell, or a list of them, in place of ``units`` and ``cell_type``.
      return_sequences: whether every step has a label of its own, ``[batch, steps]``; else the last step decides.
      model_dir: of `Estimator`.
      n_classes: number of classes.
      weight_column: feature key, or numeric column, of the weights of examples.
      label_vocabulary: the labels, if they are text.
      optimizer: ``"Adagrad"``, ``"Adam"``, ``"Ftrl"``, ``"RMSProp"``, ``"SGD"``, an optimizer, or a function that
        returns one. One given by name has the learning rate 0.05 and ``clipnorm=5``.
      loss_reduction: ``"sum_over_batch_size"`` or ``"sum"``.
      sequence_mask: name of the prediction that says which steps there are, with ``return_sequences``.
      config: `RunConfig`.

    Raises:
      ValueError: for columns of the wrong kind, both or neither of ``units`` and ``rnn_cell_fn``, an unknown cell.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> kerax.estimators.logs.logger.setLevel("WARNING")
      >>> columns = [kerax.feature_column.sequence_numeric_column("t")]
      >>> estimator = kerax.estimators.experimental.RNNClassifier(columns, units=[4], model_dir=tempfile.mkdtemp())
      >>> data = ({"t": np.ones((2, 5), "float32")}, np.array([0, 1]))
      >>> int(estimator.train(lambda: data, steps=2).evaluate(lambda: data, steps=1)["global_step"])
      2
    """

    def __init__(
        self,
        sequence_feature_columns: Any,
        context_feature_columns: Any = None,
        units: Any = None,
        cell_type: str | None = None,
        rnn_cell_fn: Callable | None = None,
        return_sequences: bool = False,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        optimizer: Any = "Adagrad",
        loss_reduction: str = "sum_over_batch_size",
        sequence_mask: str = "sequence_mask",
        config: RunConfig | None = None,
    ) -> None:
        make = _recurrent(units, cell_type, rnn_cell_fn, return_sequences, type(self).__name__)
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(
            head,
            sequence_feature_columns,
            context_feature_columns,
            make,
            return_sequences,
            optimizer,
            sequence_mask,
            model_dir,
            config,
        )


class RNNEstimator(_RNN):
    """A recurrent model with any head.

    Args:
      head: from logits to loss, predictions and metrics.
      sequence_feature_columns, context_feature_columns, units, cell_type, rnn_cell_fn, return_sequences: as for
        `RNNClassifier`.
      model_dir: of `Estimator`.
      optimizer, sequence_mask: as for `RNNClassifier`.
      config: `RunConfig`.

    Raises:
      ValueError: as for `RNNClassifier`.

    Example:
      >>> import tempfile, kerax
      >>> columns = [kerax.feature_column.sequence_numeric_column("t")]
      >>> head = kerax.estimators.RegressionHead()
      >>> make = kerax.estimators.experimental.RNNEstimator
      >>> estimator = make(head, columns, units=[4], cell_type="gru", model_dir=tempfile.mkdtemp())
    """

    def __init__(
        self,
        head: Head,
        sequence_feature_columns: Any,
        context_feature_columns: Any = None,
        units: Any = None,
        cell_type: str | None = None,
        rnn_cell_fn: Callable | None = None,
        return_sequences: bool = False,
        model_dir: Any = None,
        optimizer: Any = "Adagrad",
        config: RunConfig | None = None,
        sequence_mask: str = "sequence_mask",
    ) -> None:
        make = _recurrent(units, cell_type, rnn_cell_fn, return_sequences, type(self).__name__)
        super().__init__(
            head,
            sequence_feature_columns,
            context_feature_columns,
            make,
            return_sequences,
            optimizer,
            sequence_mask,
            model_dir,
            config,
        )
