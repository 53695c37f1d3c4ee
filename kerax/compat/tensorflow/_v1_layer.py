"""``tf.compat.v1.layers.Layer``: a layer whose variables are those of variable scopes."""

from __future__ import annotations

from typing import Any

import jax

from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._graph_state import GraphKeys, add_to_collection
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_scopes import get_variable, get_variable_scope, variable_scope
from kerax.registry import to_snake_case
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor


def shapes_of(inputs: Any) -> Any:
    """TensorShapes in the place of tensors."""
    found = jax.tree.map(
        lambda one: TensorShape(getattr(one, "_shape", None) if isinstance(one, Variable) else one.shape),
        inputs,
        is_leaf=_is_tensor,
    )
    return found if isinstance(found, TensorShape) or not isinstance(found, tuple) else list(found)


def _is_tensor(one: Any) -> bool:
    return isinstance(one, (Tensor, SymbolicTensor, Variable)) or hasattr(one, "dtype")


def first_dtype(inputs: Any) -> str:
    """The type of the first tensor if it is a floating one, else float32."""
    for one in jax.tree.leaves(inputs, is_leaf=_is_tensor):
        kind = as_dtype(one.dtype)
        if kind.is_floating or kind.is_complex:
            return kind.name
    return "float32"


class Layer:
    """The base class of layers of TensorFlow 1.

    Variables are made by ``get_variable`` in a scope of the layer's name, which is found at the first call.

    Args:
      trainable: whether training changes its variables.
      name: of the scope; the class's in snake case by default, numbered if it is taken.
      dtype: of its variables; that of the first input by default.
      **kwargs: ``_reuse``: whether the variables are shared; ``_scope``: the very scope.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> class Scale(tf.compat.v1.layers.Layer):
      ...     def build(self, input_shape):
      ...         self.factor = self.add_weight("factor", [], initializer=tf.ones_initializer())
      ...     def call(self, inputs):
      ...         return inputs * self.factor
      >>> layer = Scale(name="doc_scale")
      >>> layer(tf.constant([2.0])).numpy().item(), layer.weights[0].name
      (2.0, 'doc_scale/factor:0')
    """

    def __init__(self, trainable: bool = True, name: str | None = None, dtype: Any = None, **kwargs: Any):
        self._reuse, scope = kwargs.pop("_reuse", None), kwargs.pop("_scope", None)
        self.trainable, self.built, self.input_spec = trainable, False, getattr(self, "input_spec", None)
        self._given_dtype = None if dtype is None else as_dtype(getattr(dtype, "name", dtype))
        self._base_name = name or to_snake_case(type(self).__name__)
        self._weights: list[Any] = []
        self._losses: list[Any] = []
        self._updates: list[Any] = []
        self._scope: Any = None
        if scope is not None:
            with variable_scope(scope) as captured:
                self._scope = captured

    # ---- names ------------------------------------------------------------------------------------------------------
    @property
    def name(self) -> str:
        """The last part of its scope's name."""
        return self._scope.name.rpartition("/")[2] if self._scope is not None else self._base_name

    @property
    def scope_name(self) -> str:
        """The name of its scope.

        Raises:
          ValueError: before the first call.
        """
        if self._scope is None:
            raise ValueError(
                f'No name available for layer scope because the layer "{self.name}" has not been used yet.'
            )
        return self._scope.name

    dtype = property(
        lambda self: None if self._given_dtype is None else self._given_dtype.name, doc="The type of its variables."
    )

    @property
    def graph(self) -> Any:
        """The graph."""
        from kerax.compat.tensorflow._graph import default_graph

        return default_graph()

    def _find_scope(self, scope: Any = None) -> None:
        if self._scope is None:
            name = scope if scope is not None else self._base_name if self._reuse else None
            with variable_scope(name, default_name=self._base_name) as captured:
                self._scope = captured

    # ---- variables --------------------------------------------------------------------------------------------------
    def add_weight(
        self,
        name: str,
        shape: Any = (),
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool | None = None,
        constraint: Any = None,
        **options: Any,
    ) -> Any:
        """A variable of the layer's scope.

        Args:
          name: its last name.
          shape: sizes.
          dtype: the layer's by default.
          initializer: that of the scope, or Glorot's uniform, by default.
          regularizer: gives a loss, which goes into the graph's collection.
          trainable: whether training changes it.
          constraint: applied to the value after each step of an optimizer.
          **options: ``use_resource``, ``partitioner``... accepted as in TensorFlow.
        """
        self._find_scope()
        kind = dtype or self._given_dtype or "float32"
        flag = self.trainable if trainable is None else trainable and self.trainable
        with variable_scope(self._scope, reuse=self._sharing()):
            before = len(_penalties())
            made = get_variable(
                name,
                [int(getattr(size, "value", size)) for size in TensorShape(shape).as_list()],
                kind,
                initializer,
                regularizer,
                flag,
                constraint=constraint,
            )
            self._losses += _penalties()[before:]
        if not any(one is made for one in self._weights):
            self._weights.append(made)
        return made

    add_variable = add_weight

    def _sharing(self) -> Any:
        return self._reuse if self._reuse else self.built or get_variable_scope().reuse or None

    weights = property(
        lambda self: self.trainable_weights + self.non_trainable_weights,
        doc="Its variables, those that are trained first.",
    )
    variables = property(lambda self: self.weights, doc="Its variables, those that are trained first.")
    trainable_weights = property(lambda self: self._all(True), doc="The variables that are trained.")
    trainable_variables = property(lambda self: self._all(True), doc="The variables that are trained.")
    non_trainable_weights = property(lambda self: self._all(False), doc="The others.")
    non_trainable_variables = property(lambda self: self._all(False), doc="The others.")

    def _all(self, trainable: bool) -> list:
        found = [one for one in self._weights if one.trainable is trainable]
        for part in _parts(self.__dict__.values()):
            found += [one for one in part._all(trainable) if not any(one is other for other in found)]
        return found

    def count_params(self) -> int:
        """The number of elements of its variables."""
        return sum(int(TensorShape(one._shape).num_elements() or 0) for one in self.weights)

    # ---- losses and updates -----------------------------------------------------------------------------------------
    losses = property(lambda self: list(self._losses), doc="What its regularizers give.")
    updates = property(lambda self: list(self._updates), doc="Operations that belong to its calls.")

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds losses to the layer's and the graph's regularization losses."""
        for one in losses if isinstance(losses, (list, tuple)) else [losses]:
            self._losses.append(one)
            if graph_mode():
                add_to_collection(GraphKeys.REGULARIZATION_LOSSES, one)

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Adds operations to the layer's and the graph's ``UPDATE_OPS``."""
        for one in updates if isinstance(updates, (list, tuple)) else [updates]:
            self._updates.append(one)
            if graph_mode():
                add_to_collection(GraphKeys.UPDATE_OPS, one)

    def get_losses_for(self, inputs: Any = None) -> list:
        """Its losses."""
        return self.losses

    def get_updates_for(self, inputs: Any = None) -> list:
        """Its updates."""
        return self.updates

    # ---- calls ------------------------------------------------------------------------------------------------------
    def build(self, input_shape: Any) -> None:
        """Makes the variables; called once, before the first call."""
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """What the layer computes."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output."""
        return input_shape

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Makes the variables at the first call, and computes the output.

        Args:
          inputs: a tensor, or several.
          *args, **kwargs: further arguments of ``call``; ``scope``: where the variables are.
        """
        from kerax.compat.tensorflow._core import tensor

        inputs = jax.tree.map(lambda one: one if _is_tensor(one) and hasattr(one, "shape") and not _is_numpy(one)
                              else tensor(one), inputs, is_leaf=lambda x: _is_tensor(x) or _is_rows(x))  # fmt: skip
        self._find_scope(kwargs.pop("scope", None))
        with variable_scope(self._scope, reuse=self._sharing()):
            if not self.built:
                if self._given_dtype is None:
                    self._given_dtype = as_dtype(first_dtype(inputs))
                self._check(inputs)
                self.build(shapes_of(inputs))
                self.built = True
            return self.call(inputs, *args, **kwargs)

    apply = __call__

    def _check(self, inputs: Any) -> None:
        spec, rank = self.input_spec, getattr(shapes_of(inputs), "rank", None)
        if spec is None or rank is None or isinstance(spec, (list, tuple)):
            return
        least = getattr(spec, "min_ndim", None)
        if spec.ndim is not None and rank != spec.ndim:
            raise ValueError(
                f"Input 0 of layer {self.name} is incompatible with the layer: expected ndim={spec.ndim}, found "
                f"ndim={rank}. Full shape received: {shapes_of(inputs)}"
            )
        if least is not None and rank < least:
            raise ValueError(
                f"Input 0 of layer {self.name} is incompatible with the layer: expected min_ndim={least}, found "
                f"ndim={rank}. Full shape received: {shapes_of(inputs)}"
            )


def _penalties() -> list:
    from kerax.compat.tensorflow._graph_state import current

    return current().collections[GraphKeys.REGULARIZATION_LOSSES]


def _is_numpy(one: Any) -> bool:
    return type(one).__module__ == "numpy"


def _is_rows(one: Any) -> bool:
    while isinstance(one, list) and one:
        one = one[0]
    return isinstance(one, (int, float))


def _parts(values: Any) -> list:
    """The layers among values and in lists of them."""
    found: list[Layer] = []
    for one in values:
        if isinstance(one, Layer):
            found.append(one)
        elif isinstance(one, (list, tuple)):
            found += _parts(one)
    return found
