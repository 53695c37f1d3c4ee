"""HostLayer: the base of layers that work on the host, in NumPy: those for strings, and look-ups in tables."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import device_dtype, standardize_dtype
from kerax.layers.layer import map_shapes
from kerax.layers.preprocessing.preprocessing_layer import PreprocessingLayer
from kerax.state.host_stage import HostStrings, Recorder, Replay, current_stage, is_strings, stage_scope
from kerax.state.symbolic import SymbolicTensor, attach, symbolic_leaves, to_shape, to_spec
from kerax.state.trace_failures import StringsInProgramError


class HostLayer(PreprocessingLayer):
    """A layer whose ``call`` takes and returns NumPy arrays, strings among them.

    Outside of a model it returns JAX arrays for numbers. A model that begins with host layers computes them before its
    compiled step, for every batch (see ``kerax/state/host_stage.py``).

    A subclass writes ``call``, ``compute_output_shape`` and ``output_dtype``.

    Args:
      **kwargs: ``name``, ``trainable``, ``dtype``.

    Example:
      >>> import kerax
      >>> isinstance(kerax.layers.Hashing(3), kerax.layers.PreprocessingLayer)
      True
    """

    runs_on_host = True
    autocast = False

    def output_dtype(self) -> str:
        """The dtype of what ``call`` returns; ``"string"`` for text."""
        return "int64"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the layer on arrays of strings or numbers, or records it on symbolic tensors."""
        kwargs.pop("training", None)
        if len(args) != 1 or kwargs:
            raise TypeError(
                f"Layer {self.path!r} ({type(self).__name__}) takes one argument, the inputs; received {len(args)} and "
                f"{sorted(kwargs)}."
            )
        (inputs,) = args
        if symbolic_leaves(inputs):
            return self._call_symbolic(args, {})
        if hasattr(inputs, "nested_row_splits"):
            return self._call_ragged(inputs)
        stage = current_stage()
        if isinstance(stage, Replay) and stage.recorded:
            recorded = stage.next(self)
            if recorded is not None:
                return recorded
        leaves = jax.tree.leaves(inputs)
        if any(isinstance(leaf, jax.core.Tracer) or leaf.__class__ is HostStrings for leaf in leaves):
            outputs = self._call_back(inputs)
            if isinstance(stage, Recorder):
                stage.note(None, self, inputs)
            return outputs
        given, inputs = inputs, self._to_host(inputs)
        if not self.built:
            self._build_for((inputs,), {})
        with stage_scope(None):  # layers inside this one are not recorded for themselves
            outputs = self.call(inputs)
        if isinstance(stage, Recorder):
            stage.note(outputs, self, given)
            return outputs
        return jax.tree.map(_to_device, outputs)

    def _call_ragged(self, ragged: Any) -> Any:
        """Rows of unequal length: look-ups of single elements keep them."""
        values = ragged.flat_values
        with jax.ensure_compile_time_eval():  # also while a function is traced: strings are there
            outputs = np.asarray(self(values))
        if outputs.shape != values.shape:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}) gives one result for a whole row, so it needs rows "
                "of one length: call .to_tensor() on the ragged inputs."
            )
        if self.output_dtype() != "string":
            outputs = outputs.astype(self.output_dtype())  # on the host, where JAX's narrower numbers are not needed
        for row_splits in reversed(ragged.nested_row_splits):
            outputs = type(ragged)(outputs, row_splits)
        return outputs

    def _call_symbolic(self, args: tuple, kwargs: dict) -> Any:
        """Shapes come from ``compute_output_shape``: there is nothing to trace."""
        if not self.built:
            self._build_for(args, kwargs)
        (inputs,) = args
        shapes = jax.tree.map(to_shape, inputs, is_leaf=lambda leaf: isinstance(leaf, SymbolicTensor))
        spec = self._specs(self.compute_output_shape(shapes))
        outputs = attach(self, args, kwargs, spec, self.name)
        for tensor in symbolic_leaves(outputs):
            tensor.is_string = self.output_dtype() == "string"
        self.__dict__.setdefault("_nodes", []).append(symbolic_leaves(outputs)[0].node)
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Returns symbolic tensors as ``call`` would return for symbolic inputs, without recording a node."""
        shapes = jax.tree.map(to_shape, args[0], is_leaf=lambda leaf: isinstance(leaf, SymbolicTensor))
        outputs = jax.tree.map(SymbolicTensor, self._specs(self.compute_output_shape(shapes)))
        for tensor in symbolic_leaves(outputs):
            tensor.is_string = self.output_dtype() == "string"
        return outputs

    def _specs(self, shapes: Any) -> Any:
        return map_shapes(lambda shape: to_spec(shape, self.output_dtype()), shapes)

    def _call_back(self, inputs: Any) -> Any:
        """Inside a compiled step, on numbers that the step computed: the host is asked."""
        leaves = jax.tree.leaves(inputs)
        if any(is_strings(leaf) for leaf in leaves) or self.output_dtype() == "string":
            raise StringsInProgramError(
                f"Layer {self.path!r} ({type(self).__name__}) was called inside a compiled step on strings, or to make "
                "strings, which only the host has. Layers for strings come first in a model; call a layer that turns "
                "numbers into strings on the model's outputs."
            )
        if not self.built:
            self._build_for((inputs,), {})
        shape = self.compute_output_shape(jax.tree.map(lambda leaf: tuple(leaf.shape), inputs))
        dtype = device_dtype(self.output_dtype())
        result = map_shapes(lambda one: jax.ShapeDtypeStruct(tuple(one), dtype), shape)

        def on_host(values: Any) -> Any:
            outputs = self.call(jax.tree.map(np.asarray, values))
            return jax.tree.map(lambda array: np.asarray(array, dtype), outputs)

        return jax.pure_callback(on_host, result, inputs, vmap_method="sequential")

    def _to_host(self, inputs: Any) -> Any:
        """Inputs as NumPy arrays; a structure of arrays where ``call`` takes several."""
        return _as_numpy(inputs, self)


def _as_numpy(value: Any, layer: HostLayer) -> np.ndarray:
    if hasattr(value, "to_numpy") and not isinstance(value, jax.Array):  # pandas
        value = value.to_numpy()
    if value.__class__ is HostStrings:
        raise TypeError(f"Layer {layer.path!r} was given strings without content.")
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"Layer {layer.path!r} ({type(layer).__name__}) was given lists of unequal length, which form no array: "
            "pad them to one length."
        ) from None


def _to_device(output: Any) -> Any:
    if isinstance(output, (bytes, str)):  # of an input without axes
        output = np.asarray(output, object)
    if is_strings(output):
        return output
    return jnp.asarray(output, device_dtype(standardize_dtype(output.dtype)))
