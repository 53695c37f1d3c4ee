"""A compiled model's loss and state without side effects, for training loops written by hand in Keras 3's JAX form."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.errors import did_you_mean
from kerax.state import Variable
from kerax.state.stateless_scope import StatelessScope

_GROUPS = ("trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables")
_FORMATS = ("backend_tensor", "numpy_array")


class PureForm:
    """The loss as a function of lists of arrays, and all state as one tree."""

    optimizer: Any

    def stateless_compute_loss(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tuple[Any, tuple[Any, list, list]]:
        """``compute_loss`` as a pure function.

        Args:
          trainable_variables: values of ``trainable_variables``.
          non_trainable_variables: values of ``non_trainable_variables``.
          metrics_variables: values of ``metrics_variables``.
          x: inputs.
          y: targets.
          y_pred: outputs, of ``stateless_call``.
          sample_weight: weights, or None.
          training: whether the loss is one of training.

        Returns:
          ``(loss, (trainable_variables, non_trainable_variables, metrics_variables))``.
        """
        others = self.non_trainable_variables  # type: ignore[attr-defined]
        measured = self.metrics_variables  # type: ignore[attr-defined]
        mapping = [
            *zip(self.trainable_variables, trainable_variables, strict=True),  # type: ignore[attr-defined]
            *zip(others, non_trainable_variables, strict=True),
            *zip(measured, metrics_variables, strict=True),
        ]
        with StatelessScope(mapping) as scope:
            loss = self.compute_loss(x, y, y_pred, sample_weight=sample_weight, training=training)  # type: ignore
        tracker = getattr(self, "_loss_tracker", None)
        if tracker is not None:
            tracker.settle(count=False)  # the caller counts it
        after = [[scope.get_current_value(variable) for variable in group] for group in (others, measured)]
        return loss, (trainable_variables, *after)

    def compute_loss_and_updates(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any,
        y: Any,
        sample_weight: Any,
        training: bool = False,
        optimizer_variables: Any = None,
    ) -> tuple[Any, tuple]:
        """Outputs and loss as one pure function, for ``jax.value_and_grad(..., has_aux=True)``.

        Args:
          trainable_variables: values of ``trainable_variables``.
          non_trainable_variables: values of ``non_trainable_variables``.
          metrics_variables: values of ``metrics_variables``.
          x: inputs.
          y: targets.
          sample_weight: weights, or None.
          training: whether layers are in training mode.
          optimizer_variables: values of ``optimizer.variables``, where an optimizer scales the loss.

        Returns:
          ``(loss, (unscaled_loss, y_pred, non_trainable_variables, metrics_variables))``.
        """
        y_pred, others = self.stateless_call(  # type: ignore[attr-defined]
            trainable_variables, non_trainable_variables, x, training=training
        )
        loss, (_, others, measured) = self.stateless_compute_loss(
            trainable_variables, others, metrics_variables, x, y, y_pred, sample_weight, training
        )
        scale = getattr(self.optimizer, "scale_loss", None)
        scaled = loss
        if training and scale is not None:
            with StatelessScope(zip(self.optimizer.variables, optimizer_variables or ())):
                scaled = scale(loss)
        return scaled, (loss, y_pred, others, measured)

    def _groups_of_state(self) -> dict[str, list[Variable]]:
        optimizer = list(getattr(self.optimizer, "variables", None) or ())
        return dict(
            zip(
                _GROUPS,
                (
                    self.trainable_variables,  # type: ignore[attr-defined]
                    self.non_trainable_variables,  # type: ignore[attr-defined]
                    optimizer,
                    self.metrics_variables,  # type: ignore[attr-defined]
                ),
            )
        )

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, dict]:
        """All state of the model, its optimizer and its metrics as nested dictionaries by the parts of their paths.

        Args:
          value_format: "backend_tensor" for JAX arrays, "numpy_array" for NumPy's.

        Returns:
          ``{"trainable_variables": ..., "non_trainable_variables": ..., "optimizer_variables": ...,
          "metrics_variables": ...}``.

        Raises:
          ValueError: if two variables of a group have the same path, or for another format.

        Example:
          >>> import kerax
          >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1, name="d")])
          >>> model.compile("sgd", "mse")
          >>> sorted(model.get_state_tree()["trainable_variables"]["d"])
          ['bias', 'kernel']
        """
        if value_format not in _FORMATS:
            raise ValueError(f"get_state_tree(value_format) must be one of {_FORMATS}, received {value_format!r}.")
        return {
            name: _nested(
                {
                    path: variable.numpy() if value_format == "numpy_array" else variable.value
                    for path, variable in _by_path(variables).items()
                }
            )
            for name, variables in self._groups_of_state().items()
        }

    def set_state_tree(self, state_tree: dict[str, dict]) -> None:
        """Assigns what ``get_state_tree`` returned; groups and paths left out keep their values.

        Args:
          state_tree: groups of nested dictionaries of arrays.

        Raises:
          ValueError: for a group or path that the model does not have, or an array of another shape; nothing is
            assigned then.
        """
        plan: list[tuple[Variable, Any]] = []
        groups = self._groups_of_state()
        for name, tree in state_tree.items():
            if name not in groups:
                raise ValueError(
                    f"set_state_tree(): there is no group {name!r}; a tree has {', '.join(_GROUPS)}."
                    f"{did_you_mean(name, _GROUPS)}"
                )
            table = _by_path(groups[name])
            for path, array in _flat(tree).items():
                if path not in table:
                    raise ValueError(f"set_state_tree(): {name} has no variable {path!r}.{did_you_mean(path, table)}")
                if np.shape(array) != table[path].shape:
                    raise ValueError(
                        f"set_state_tree(): {path!r} in {name} has shape {table[path].shape}, received an array of "
                        f"shape {np.shape(array)}."
                    )
                plan.append((table[path], array))
        for variable, array in plan:
            variable.assign(array)


def _by_path(variables: list[Variable]) -> dict[str, Variable]:
    found: dict[str, Variable] = {}
    for variable in variables:
        if variable.path in found:
            raise ValueError(
                f"Two variables have the path {variable.path!r}: a state tree needs unique ones. Give layers and "
                "metrics names of their own."
            )
        found[variable.path] = variable
    return found


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in flat.items():
        *groups, last = path.split("/")
        inner = tree
        for part in groups:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return tree


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in tree.items():
        path = f"{prefix}/{name}" if prefix else name
        found.update(_flat(value, path) if isinstance(value, dict) else {path: value})
    return found
