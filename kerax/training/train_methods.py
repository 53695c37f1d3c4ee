"""TrainMethods: what one training, test or prediction step does; a model overrides these to do it differently."""

from __future__ import annotations

import inspect
from typing import Any

import jax
import jax.numpy as jnp

from kerax import debug
from kerax.metrics import Mean, Metric
from kerax.optimizers.row_derivatives import value_and_row_grad
from kerax.state import walk_modules
from kerax.state.functional_call import differentiated
from kerax.state.nan_trace import check_gradients
from kerax.training.compiled_loss import CompiledLoss
from kerax.training.compiled_metrics import CompiledMetrics
from kerax.training.custom_steps import CompiledLossView, CompiledMetricsView, LossTracker, run_with_state
from kerax.training.pure_form import PureForm
from kerax.utils.structures import unpack_x_y_sample_weight


class TrainMethods(PureForm):
    """The steps of a compiled model. All of them run traced inside one compiled program, with the variables in a
    scope.
    """

    _compiled_loss: CompiledLoss | None = None
    _compiled_metrics: CompiledMetrics | None = None
    _loss_tracker: LossTracker | None = None
    _part_trackers: dict[str, Mean]
    optimizer: Any = None
    output_names: list[str] | None = None

    # ---- steps ------------------------------------------------------------------------------------------------------
    def train_step(self, data: Any, *batch: Any) -> Any:
        """One step of training: forward, loss, gradients, update, metrics.

        Override it to train differently, as in tf.keras: ``kerax.GradientTape`` or ``kerax.value_and_grad(fn,
        variables)`` take gradients, ``self.optimizer.apply_gradients`` uses them. It runs compiled inside ``fit``'s own
        loop. A pure form, ``train_step(self, state, data) -> (logs, state)``, is possible as well.

        Args:
          data: the batch: ``(x, y, sample_weight)``, ``(x, y)`` without weights, ``x`` without targets; in a call
            ``super().train_step(state, data)`` the state.
          *batch: the batch in such a call.

        Returns:
          Name to scalar: the logs; ``(logs, state)`` in the pure form.
        """
        if batch:
            return run_with_state(self, "train", lambda one: TrainMethods.train_step(self, one), data, *batch)
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        variables = self.trainable_variables  # type: ignore[attr-defined]
        scale = getattr(self.optimizer, "scale_loss", None)

        def forward() -> Any:
            y_pred = self._forward(x, True)
            loss = self._loss_of(x, y, y_pred, sample_weight, True)
            return (scale(loss) if scale is not None else loss), (loss, y_pred)

        if variables:
            rows = getattr(self.optimizer, "wants_rows", bool)() and not debug.enabled()
            how = value_and_row_grad if rows else jax.value_and_grad
            (_, (loss, y_pred)), gradients = differentiated(how, forward, variables, has_aux=True)
            if debug.enabled():
                check_gradients(loss, y_pred, [variable.path for variable in variables], gradients)
            self.optimizer.apply(gradients, variables)
        else:
            _, (loss, y_pred) = forward()
        self._track_loss(loss, x)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data: Any, *batch: Any) -> Any:
        """One step of evaluation: forward, loss, metrics.

        Args:
          data: the batch, or the state, as in ``train_step``.
          *batch: the batch of a call with a state.

        Returns:
          Name to scalar: the logs; ``(logs, state)`` in the pure form.
        """
        if batch:
            return run_with_state(self, "test", lambda one: TrainMethods.test_step(self, one), data, *batch)
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self._forward(x, False)
        self._track_loss(self._loss_of(x, y, y_pred, sample_weight, False), x)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data: Any, *batch: Any) -> Any:
        """One step of prediction: the outputs for a batch; ``(outputs, non_trainable_variables)`` in the pure form.

        Args:
          data: the batch, or the state, as in ``train_step``; only x is used.
          *batch: the batch of a call with a state.
        """
        if batch:
            return run_with_state(self, "predict", lambda one: TrainMethods.predict_step(self, one), data, *batch)
        x, _, _ = unpack_x_y_sample_weight(data)
        return self._forward(x, False)

    def _forward(self, x: Any, training: bool) -> Any:
        return self(x, training=training)  # type: ignore[operator]

    # ---- loss -------------------------------------------------------------------------------------------------------
    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> jax.Array:
        """The number that training minimises: compiled losses plus ``self.losses``.

        Args:
          x: inputs of the batch.
          y: targets.
          y_pred: outputs of the model.
          sample_weight: weights, or None.
          training: whether this is a training step.

        Returns:
          A scalar.

        Raises:
          ValueError: if there is nothing to minimise, or targets do not fit the outputs.
        """
        extra = self.losses  # type: ignore[attr-defined]
        total: Any = None
        if self._compiled_loss is not None:
            if y is None:
                raise ValueError(
                    "The model was compiled with a loss, but no targets were given: pass y, or data that yields (x, "
                    "y). A model without "
                    "targets is compiled with loss=None and adds its losses with add_loss()."
                )
            total = self.compiled_part_of_loss(y, y_pred, sample_weight)
        for loss in extra:
            total = loss if total is None else total + loss
        if total is None:
            raise ValueError(
                "There is no loss to compute: compile(loss=...) was given none and no layer adds one. Name a loss, "
                "e.g. loss='mse', or add "
                "one with add_loss()."
            )
        self.note_loss(total, x if x is not None else y_pred)
        return total

    def compiled_part_of_loss(self, y: Any, y_pred: Any, sample_weight: Any = None) -> jax.Array:
        """The weighted sum of the compiled losses; the parts of several outputs go into the logs.

        Raises:
          ValueError: if the model was compiled without a loss.
        """
        if self._compiled_loss is None:
            raise ValueError("compiled_loss: the model was compiled without a loss. Name one: compile(loss='mse').")
        total, parts = self._compiled_loss(y, y_pred, sample_weight, self.output_names)
        if len(parts) > 1:  # one alone is the loss itself
            rows = _rows(y_pred)
            for name, value in parts.items():
                self._part_tracker(name).update_state(value, sample_weight=rows)
        return total

    def note_loss(self, loss: jax.Array, batch: Any) -> None:
        """Notes the loss of a batch for the logs; a step that counts it itself is not overruled."""
        if self._loss_tracker is not None and jnp.ndim(loss) == 0:
            self._loss_tracker.note(loss, _rows(batch))

    @property
    def compiled_loss(self) -> CompiledLossView:
        """The compiled losses, called as in tf.keras: ``(y_true, y_pred, sample_weight, regularization_losses)``."""
        return CompiledLossView(self)

    @property
    def compiled_metrics(self) -> CompiledMetricsView:
        """The compiled metrics, updated as in tf.keras: ``update_state(y_true, y_pred, sample_weight)``."""
        return CompiledMetricsView(self)

    def _loss_of(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> jax.Array:
        arguments = {"x": x, "y": y, "y_pred": y_pred, "sample_weight": sample_weight}
        if "training" in inspect.signature(self.compute_loss).parameters:  # a tf.keras override does not take it
            arguments["training"] = training
        loss = self.compute_loss(**arguments)
        if jnp.ndim(loss) != 0:
            raise ValueError(f"compute_loss() must return a scalar, it returned an array of shape {tuple(loss.shape)}.")
        return loss

    def _track_loss(self, loss: jax.Array, x: Any) -> None:
        if self._loss_tracker is not None:
            self._loss_tracker.update_state(loss, sample_weight=_rows(x))

    def _part_tracker(self, name: str) -> Mean:
        if name not in self._part_trackers:
            self._part_trackers[name] = Mean(name=f"{name}_loss")
        return self._part_trackers[name]

    # ---- metrics ----------------------------------------------------------------------------------------------------
    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Updates the compiled metrics with a batch and returns all results.

        Args:
          x: inputs of the batch.
          y: targets.
          y_pred: outputs.
          sample_weight: weights, or None.

        Returns:
          Name to scalar: the logs.
        """
        if self._compiled_metrics is not None and y is not None:
            self._compiled_metrics.update_state(y, y_pred, sample_weight, self.output_names)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """Name to present result of every metric, ``"loss"`` first; of an overridden ``metrics``, those."""
        results: dict[str, Any] = {}
        if type(self).metrics is not TrainMethods.metrics:
            for metric in self.metrics:
                value = metric.result()
                results.update(value if isinstance(value, dict) else {metric.name: value})
            return results
        for metric in self._own_trackers():
            results[metric.name] = metric.result()
        if self._compiled_metrics is not None:
            results.update(self._compiled_metrics.result())
        for metric in self._layer_metrics():
            value = metric.result()
            results.update(value if isinstance(value, dict) else {metric.name: value})
        return results

    def _own_trackers(self) -> list[Metric]:
        if self._loss_tracker is None:
            return []
        return [self._loss_tracker, *self._part_trackers.values()]

    def _step_metrics(self) -> list[Metric]:
        """The metrics that a step updates: those of an overridden ``metrics``, and the loss trackers all the same."""
        listed = list(self.metrics)
        return [*listed, *(one for one in self._own_trackers() if not any(one is other for other in listed))]

    def _layer_metrics(self) -> list[Metric]:
        taken = {id(m) for m in (self._compiled_metrics.metrics() if self._compiled_metrics is not None else [])}
        return [m for _, m in walk_modules(self, "metric") if id(m) not in taken]  # type: ignore[arg-type]

    @property
    def metrics(self) -> list[Metric]:
        """All metrics: the loss tracker, the compiled ones, and those that layers own."""
        compiled = self._compiled_metrics.metrics() if self._compiled_metrics is not None else []
        return [*self._own_trackers(), *compiled, *self._layer_metrics()]

    @property
    def metrics_names(self) -> list[str]:
        """Names of the values that ``evaluate`` returns, in order."""
        return self.log_order()

    def log_order(self) -> list[str]:
        """The order in which logs are shown and returned."""
        compiled = self._compiled_metrics.log_names() if self._compiled_metrics is not None else []
        return [m.name for m in self._own_trackers()] + compiled + [m.name for m in self._layer_metrics()]

    def reset_metrics(self) -> None:
        """Puts every metric to its initial state."""
        for metric in self.metrics:
            metric.reset_state()


def _rows(tree: Any) -> Any:
    """Number of rows of a batch, as the weight of its mean loss."""
    leaves = [leaf for leaf in jax.tree.leaves(tree) if getattr(leaf, "ndim", 0)]
    return jnp.asarray(leaves[0].shape[0] if leaves else 1, "float32")
