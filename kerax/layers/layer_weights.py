"""The weights side of a layer: creating, listing, freezing, getting and setting them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from kerax import constraints, initializers, regularizers
from kerax.dtypes import DTypePolicy, device_dtype, is_floating, standardize_dtype
from kerax.errors import did_you_mean
from kerax.layers.known_weights import trainable_weights_of
from kerax.layers.late_weights import no_weights_here, refuse_weights
from kerax.random.seed_generator import SeedState
from kerax.registry import to_snake_case
from kerax.state import Module, Variable, children, own_variables, structure_changed, walk, walk_modules
from kerax.state.memory import check_fits


class LayerWeights(Module):
    """What every layer can do with its weights; ``Layer`` adds calls and configuration."""

    _kind = "layer"
    _trainable = True
    name: str
    dtype_policy: DTypePolicy

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: Any = None,
        overwrite_with_gradient: bool = False,
        name: str | None = None,
        **legacy: Any,
    ) -> Variable:
        """Creates a weight of this layer.

        Args:
          shape: sizes; ``()`` if None. tf.keras's order ``add_weight(name, shape)`` is understood too.
          initializer: name, class, instance or callable; ``"glorot_uniform"`` for floats, ``"zeros"`` for the rest.
          dtype: the layer's variable dtype by default.
          trainable: whether gradients change it.
          autocast: whether it is read in the compute dtype of a mixed-precision layer.
          regularizer: name, instance or callable ``array -> scalar``.
          constraint: name, instance or callable ``array -> array``.
          aggregation: accepted for Keras's sake; how replicas combine it follows from its use.
          overwrite_with_gradient: whether optimizers put its gradient in its place.
          name: last part of its path.
          **legacy: arguments of TensorFlow's distribution strategies (``synchronization``, ``use_resource``,
            ``experimental_autocast``), which have no meaning here.

        Returns:
          The variable; use it as an array in ``call``.

        Raises:
          TypeError: for an unknown argument.
          ValueError: for a shape that is not known.
        """
        unknown = set(legacy) - {
            "synchronization",
            "use_resource",
            "experimental_autocast",
            "partitioner",
            "collections",
            "caching_device",
            "getter",
        }
        if unknown:
            raise TypeError(f"add_weight() of layer {self.name!r} got unknown argument(s) {sorted(unknown)}.")
        if isinstance(shape, str):  # tf.keras: add_weight(name, shape, ...)
            shape, initializer, name = initializer, legacy.get("initializer"), shape
        sizes = plain_shape(shape if shape is not None else ())
        if any(size is None for size in sizes):
            raise ValueError(f"Weight {name!r} of layer {self.name!r} needs known sizes, received shape {sizes}.")
        dtype = standardize_dtype(dtype or self.dtype_policy.variable_dtype)
        if initializer is None:
            initializer = "glorot_uniform" if is_floating(dtype) else "zeros"
        if no_weights_here():
            refuse_weights(self)
        size = math.prod(int(size) for size in sizes) * device_dtype(dtype).itemsize  # type: ignore[arg-type]
        check_fits(size, f"Weight {name!r} of layer {self.path!r}, of shape {sizes},")
        variable = self.add_variable(
            shape=tuple(int(size) for size in sizes),  # type: ignore[arg-type]
            initializer=initializers.get(initializer),
            dtype=dtype,
            name=name,
            trainable=trainable,
            regularizer=regularizers.get(regularizer),
            constraint=constraints.get(constraint),
            autocast=autocast,
        )
        variable.path = f"{self.path}/{variable.name}"
        variable.overwrite_with_gradient = overwrite_with_gradient
        return variable

    @property
    def path(self) -> str:
        """Where the layer sits in its model, such as ``"encoder/dense_1"``; its name while it stands alone."""
        return self.__dict__.get("_path") or self.name

    def assign_paths(self) -> None:
        """Makes this layer the root: paths of all variables and layers under it are told from here."""
        for path, module in walk_modules(self):
            if path:
                module.__dict__["_path"] = path
        for path, variable, _ in walk(self):
            variable.path = path
        _assign_noise_paths(self, "", {id(self)})

    # ---- lists ------------------------------------------------------------------------------------------------------
    @property
    def weights(self) -> list[Variable]:
        """All variables, in Keras's order: own ones first, then layer by layer."""
        return [variable for _, variable, _ in walk(self) if variable.is_weight]

    @property
    def variables(self) -> list[Variable]:
        """The weights and the states of seed generators."""
        return [variable for _, variable, _ in walk(self) if variable.is_weight or isinstance(variable, SeedState)]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The variables that training changes by gradients."""
        return trainable_weights_of(self)

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The other variables: moving averages, frozen weights."""
        return [variable for _, variable, trainable in walk(self) if not trainable and variable.is_weight]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The weights that are not trained and the states of seed generators."""
        found = [(variable, trainable) for _, variable, trainable in walk(self)]
        return [v for v, trainable in found if not trainable and (v.is_weight or isinstance(v, SeedState))]

    @property
    def params(self) -> dict[str, jax.Array]:
        """Path to array of the trainable variables; the first argument of ``kerax.functional_call``."""
        return {path: variable.read() for path, variable, trainable in walk(self) if trainable}

    @params.setter
    def params(self, values: Mapping[str, Any]) -> None:
        self._assign_paths(values)

    @property
    def state(self) -> dict[str, jax.Array]:
        """Path to array of the variables that are not trained; the second argument of ``kerax.functional_call``."""
        return {path: variable.read() for path, variable, trainable in walk(self) if not trainable}

    @state.setter
    def state(self, values: Mapping[str, Any]) -> None:
        self._assign_paths(values)

    def _assign_paths(self, values: Mapping[str, Any]) -> None:
        """Writes arrays back by path, as a hand-written loop does at its end; paths left out keep their values."""
        table = {path: variable for path, variable, _ in walk(self)}
        unknown = [path for path in values if path not in table]
        if unknown:
            raise ValueError(f"{self.name!r} has no variable at path {unknown[0]!r}.{did_you_mean(unknown[0], table)}")
        for path, value in values.items():
            table[path].assign(value)

    @property
    def trainable(self) -> bool:
        """Whether the layer is trained. Setting it reaches the layers and weights inside, also after ``compile``.

        Weights that were made to be constant, such as moving means, stay so.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for _, module in walk_modules(self):
            module.__dict__["_trainable"] = bool(value)
            frozen = module.__dict__.setdefault("_frozen", [])  # the weights whose own flags were lowered here
            if value:
                for variable in frozen:
                    variable.trainable = True
                frozen.clear()
            else:
                for _, variable in children(module)[0]:
                    if variable.trainable:
                        variable.trainable = False
                        frozen.append(variable)
        structure_changed()

    @property
    def metrics(self) -> list[Any]:
        """The metrics that this layer and the layers inside hold."""
        return [metric for _, metric in walk_modules(self, kind="metric")]

    @property
    def metrics_variables(self) -> list[Variable]:
        """The variables of these metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def count_params(self) -> int:
        """Returns the number of elements of all weights.

        Raises:
          ValueError: if the layer is not built yet.
        """
        if not getattr(self, "built", True):
            raise ValueError(
                f"Layer {self.name!r} has no weights yet, so count_params() is not known: build it or call it on data."
            )
        return sum(variable.size for variable in self.weights)

    def get_weights(self) -> list[np.ndarray]:
        """Returns copies of all weights as NumPy arrays, in the order of ``weights``."""
        return [np.array(variable.read()) for variable in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Assigns all weights.

        Args:
          weights: arrays in the order and shapes of ``get_weights()``.

        Raises:
          ValueError: for a wrong number of arrays or a wrong shape; then nothing is changed.
        """
        if isinstance(weights, (str, bytes)) or not hasattr(weights, "__iter__"):
            raise TypeError(f"set_weights() of layer {self.name!r} takes a list of arrays, received {weights!r}.")
        variables, arrays = self.weights, list(weights)
        if len(variables) != len(arrays):
            raise ValueError(
                f"Layer {self.name!r} has {len(variables)} weights, set_weights() received {len(arrays)} arrays."
            )
        for variable, array in zip(variables, arrays, strict=True):
            if tuple(np.shape(array)) != variable.shape:
                raise ValueError(
                    f"set_weights(): weight {variable.path!r} of layer {self.name!r} has shape {variable.shape}, "
                    f"received {np.shape(array)}."
                )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def save_own_variables(self, store: Any) -> None:
        """Puts the variables that the layer holds itself into a store; override it to keep something else beside them.

        Args:
          store: mapping that takes arrays by name: ``"0"``, ``"1"``..., the trained ones first.

        Example:
          >>> import kerax
          >>> layer, store = kerax.layers.Dense(1), {}
          >>> layer.build((None, 2))
          >>> layer.save_own_variables(store)
          >>> {name: array.shape for name, array in store.items()}
          {'0': (2, 1), '1': (1,)}
        """
        for i, variable in enumerate(own_variables(self)):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Takes the variables that the layer holds itself from a store.

        Args:
          store: mapping from names to arrays, as ``save_own_variables`` fills it.

        Raises:
          ValueError: naming the layer, if an array is missing or has another shape.
        """
        own = own_variables(self)
        missing = [str(i) for i in range(len(own)) if str(i) not in store]
        if missing:
            raise ValueError(
                f"Layer {self.path!r} has {len(own)} variables of its own "
                f"({', '.join(variable.name for variable in own)}), the file holds {sorted(store)}: "
                f"{', '.join(missing)} missing. Was the layer built when it was saved, and from the same arguments?"
            )
        for i, variable in enumerate(own):
            variable.assign(store[str(i)])


def _assign_noise_paths(layer: Module, prefix: str, seen: set[int]) -> None:
    """Tells layers the path that their noise keys derive from.

    It is their path, but automatic names are counted within the model, so that a model made twice in one process
    (``dropout``,
    then ``dropout_1``) draws the same noise for the same seed.
    """
    counts: dict[str, int] = {}
    for name, module in children(layer)[1]:
        if module._kind != layer._kind or id(module) in seen:
            continue
        seen.add(id(module))
        if module.__dict__.get("_named_automatically") and name == module.name:  # type: ignore[attr-defined]
            base = to_snake_case(type(module).__name__)
            counts[base] = counts.get(base, 0) + 1
            name = f"{base}_{counts[base]}"
        module.__dict__["_noise_path"] = f"{prefix}{name}"
        _assign_noise_paths(module, f"{prefix}{name}/", seen)


def plain_shape(shape: Any) -> tuple[int | None, ...]:
    """A shape given as tuple, list, integer, NumPy array or TensorShape as a tuple with None for unknown sizes."""
    if hasattr(shape, "as_list"):
        shape = shape.as_list()
    if isinstance(shape, (int, np.integer)):
        shape = (shape,)
    return tuple(None if size is None else size.value if hasattr(size, "value") else _size(size) for size in shape)


def _size(size: Any) -> int:
    if isinstance(size, (str, bytes)) or int(size) != size:
        raise ValueError(f"A size in a shape must be a whole number or None, received {size!r}.")
    return int(size)
