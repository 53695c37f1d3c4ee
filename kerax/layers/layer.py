"""Layer: the base class of all layers and models."""

from __future__ import annotations

import contextvars
import functools
import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import debug, dtype_policies, regularizers
from kerax.dtypes import is_floating
from kerax.errors import about_arrays, first_line, unknown_name
from kerax.function.failures import at_user_line
from kerax.layers.call_conversion import convert_after
from kerax.layers.call_signature import check_build_names, signature_of, with_named_training
from kerax.layers.checkpointed import RematScope, remat_scope
from kerax.layers.input_spec import check_inputs
from kerax.layers.late_weights import no_weights_here, refuse_weights
from kerax.layers.layer_masks import LayerMasks
from kerax.layers.layer_weights import plain_shape
from kerax.layers.taped_call import run_call
from kerax.metrics import Mean
from kerax.state import built, current_scope, is_symbolic, layer_regularization, no_scope, walk, walk_modules
from kerax.state import rng as random_keys
from kerax.state.host_stage import HostStrings, is_strings
from kerax.state.nan_trace import check_layer
from kerax.state.operation import is_numbers, is_shape
from kerax.state.phase import default_training
from kerax.state.symbolic import SymbolicTensor, attach, infer, symbolic_leaves, to_shape, to_spec
from kerax.state.trace_failures import TRACE_FAILURES, note_layer
from kerax.state.variable import Variable, compute_dtype_of_reads
from kerax.tracebacks import shorten

_INPUT_ARGUMENTS = (
    *("input_shape", "input_dim", "batch_input_shape", "batch_shape"),
    *("batch_size", "input_dtype", "input_length", "weights"),
)
_IGNORED_ARGUMENTS = ("dynamic", "implementation", "experimental_autocast")  # of tf.keras, without a meaning here


class _Call:
    """What a layer's call hands down to the layers inside it."""

    __slots__ = ("losses", "path", "training")

    def __init__(self, training: Any, losses: list, path: str):
        self.training, self.losses, self.path = training, losses, path


_outer_call: contextvars.ContextVar[_Call | None] = contextvars.ContextVar("kerax_outer_call", default=None)


def inside_call() -> bool:
    """Whether a layer's call is under way."""
    return _outer_call.get() is not None


def current_training() -> Any:
    """What ``training`` is for a layer called now without it: None if nobody said."""
    outer, scope = _outer_call.get(), current_scope()
    training = outer.training if outer is not None else None
    if training is None and scope is not None:
        training = scope.training
    return default_training() if training is None else training


class Layer(LayerMasks):
    """A computation with weights: subclass it with ``build`` (make weights) and ``call`` (use them).

    Args:
      trainable: whether training changes the weights.
      name: unique within a model; ``dense``, ``dense_1``... by default.
      dtype: dtype name or policy such as ``"mixed_bfloat16"``; the global policy by default.
      activity_regularizer: name, instance or callable ``output -> scalar``; its value is divided by the batch size.
      autocast: whether float inputs are cast to the compute dtype.
      **kwargs: ``input_shape``, ``input_dim``, ``batch_input_shape``, ``batch_size`` tell a ``Sequential`` its input;
        ``weights`` gives the first values.

    Raises:
      TypeError: for an unknown argument.

    Example:
      >>> import kerax
      >>> class Affine(kerax.layers.Layer):
      ...     def build(self, input_shape):
      ...         self.scale = self.add_weight(name="scale", shape=(input_shape[-1],), initializer="ones")
      ...     def call(self, inputs):
      ...         return inputs * self.scale
      >>> Affine()([[1.0, 2.0]])
      Array([[1., 2.]], dtype=float32)
    """

    _untracked = LayerMasks._untracked | {"_nodes", "_call_losses", "_loss_functions", "_taped_call"}
    built = False
    autocast = True
    _remat: RematScope | None = None
    runs_user_code = False  # True where a call may have side effects that a compiled call would miss (Lambda, FromFlax)
    input_spec: Any = None
    activity_regularizer: Any = None

    def __init__(
        self,
        trainable: bool = True,
        name: str | None = None,
        dtype: Any = None,
        *,
        activity_regularizer: Any = None,
        autocast: bool = True,
        **kwargs: Any,
    ):
        unknown = [key for key in kwargs if key not in _INPUT_ARGUMENTS + _IGNORED_ARGUMENTS]
        if unknown:
            names = [
                *inspect.signature(type(self).__init__).parameters,
                "trainable",
                "name",
                "dtype",
                *_INPUT_ARGUMENTS,
            ]
            known = [n for n in names if n not in ("self", "args", "kwargs")]
            raise TypeError(str(unknown_name(f"argument of {type(self).__name__}()", unknown[0], known)))
        if name is not None and not isinstance(name, str):
            raise TypeError(f"Argument name of {type(self).__name__}() must be a string, received {name!r}.")
        self._trainable = bool(trainable)
        self._name = name
        _ = self.name  # numbered as layers are made, not as they are used
        self._policy = dtype_policies.get(dtype)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.autocast = autocast
        self._remat = remat_scope()
        given = {key: value for key, value in kwargs.items() if key in _INPUT_ARGUMENTS and value is not None}
        if given:
            self._input_arguments = given

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _built_once(cls.build)  # type: ignore[method-assign]

    # ---- what subclasses write --------------------------------------------------------------------------------------
    def build(self, input_shape: Any) -> None:
        """Creates the weights; called once, before the first call.

        Args:
          input_shape: sizes of the first argument of ``call``, None for unknown; a structure of shapes for several
            inputs.
        """
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Computes the outputs from the inputs; arguments ``training`` and ``mask`` are filled in if it has them."""
        raise NotImplementedError(f"Layer class {type(self).__name__} has no call() method: define call(self, inputs).")

    # ---- calling ----------------------------------------------------------------------------------------------------
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the layer, building it first if needed.

        Args:
          *args: arrays (any array-like) or symbolic tensors, as ``call`` takes them.
          **kwargs: likewise; ``training`` may always be given.

        Returns:
          What ``call`` returns; symbolic tensors for symbolic inputs.

        Raises:
          ValueError, TypeError: naming the layer, what it expected and what it was given.
        """
        try:
            signature = signature_of(type(self))
            if not args and not kwargs.keys() - {"training", "mask"}:
                raise TypeError(
                    f"Layer {self.path!r} was called without inputs; call() takes {', '.join(signature.names)}."
                )
            if signature.training_place is not None and len(args) > signature.training_place:
                args, kwargs = with_named_training(signature, args, kwargs)
            if "training" in kwargs and not signature.training:
                training = kwargs.pop("training")
            else:
                training = kwargs.get("training")
            if symbolic_leaves((args, kwargs)):
                return self._call_symbolic(args, kwargs)
            args, kwargs = self._convert((args, kwargs))
            if self.input_spec is not None and args and args[0] is None:
                raise TypeError(f"Layer {self.path!r} ({type(self).__name__}) takes arrays as inputs, received None.")
            if not self.built:
                self._build_for(args, kwargs)
            elif "_build_shape" not in self.__dict__:
                self._note_shape(args, kwargs)
            if self.input_spec is not None:
                check_inputs(self.input_spec, args[0] if args else next(iter(kwargs.values())), self.path)

            outer, scope = _outer_call.get(), current_scope()
            if training is None:
                training = current_training()
            if signature.training:
                chosen = training if training is not None else signature.training_default
                kwargs["training"] = False if chosen is None else chosen
                training = kwargs["training"]
            masks = self._fill_masks(signature, args, kwargs)

            losses = outer.losses if outer is not None else []
            call_token = _outer_call.set(_Call(training, losses, self.path))
            compute = self.compute_dtype
            dtype_token = compute_dtype_of_reads.set(compute)
            again = False
            try:
                outputs = run_call(self, args, kwargs, training, outer)
            except Exception as error:
                again = convert_after(error, self) and outer is None and scope is None  # then nothing has been written
                if not again:
                    self._say_where(error, args)
                    raise
            finally:
                compute_dtype_of_reads.reset(dtype_token)
                _outer_call.reset(call_token)
            if again:
                return self(*args, **kwargs)
            if debug.enabled():
                own = self.__dict__.get("_variables", {})
                check_layer(self.path, (args, kwargs), outputs, {name: v.read() for name, v in own.items()})
            if self.activity_regularizer is not None:
                for output in jax.tree.leaves(outputs):
                    _note_loss(
                        self, self.activity_regularizer(output) / np.float32(max(int(output.shape[0]), 1)), losses
                    )
            if outer is None and scope is None:
                self.__dict__["_call_losses"] = losses
            self._note_masks(masks, args, outputs)
            return outputs
        except Exception as error:
            shorten(error)
            raise

    def _call_symbolic(self, args: tuple, kwargs: dict) -> Any:
        inputs = args[0] if args else next(iter(kwargs.values()))
        if not self.built:
            self._build_for(args, kwargs)
        elif "_build_shape" not in self.__dict__:
            self._note_shape(args, kwargs)
        if self.input_spec is not None:
            check_inputs(self.input_spec, inputs, self.path)
        mask_ranks: list[int | None] = []
        where = f"Layer {self.path!r} ({type(self).__name__})"
        spec = infer(self, args, kwargs, where, mask_ranks=mask_ranks)
        outputs = attach(self, args, kwargs, spec, self.name)
        for tensor, rank in zip(symbolic_leaves(outputs), mask_ranks, strict=False):
            tensor.mask_rank = rank
        node = symbolic_leaves(outputs)[0].node
        self.__dict__.setdefault("_nodes", []).append(node)
        return outputs

    def _convert(self, tree: Any) -> Any:
        """Array-likes become JAX arrays, floats in the compute dtype; strings stay on the host."""
        compute = self.compute_dtype if self.autocast else None
        compute = compute if compute and "float" in compute else None  # a layer of whole numbers may take fractions
        stays = "OUSiubf" if self._keeps_host_arrays() else "OUS"

        def convert(leaf: Any) -> Any:
            if leaf.__class__ is Variable:
                leaf = leaf.value
            elif not isinstance(leaf, jax.Array) and hasattr(leaf, "to_numpy"):  # a column of pandas
                leaf = leaf.to_numpy()
            if isinstance(leaf, (np.ndarray, np.generic)):
                if leaf.dtype.kind in stays:
                    return leaf
                leaf = jnp.asarray(leaf, dtype=compute if compute and leaf.dtype.kind == "f" else None)
            if compute and isinstance(leaf, jax.Array) and leaf.dtype != compute and is_floating(leaf.dtype):
                return leaf.astype(compute)
            return leaf

        args, kwargs = tree
        if args and isinstance(args[0], (list, tuple)) and is_numbers(args[0]):
            args = (self._from_lists(args[0]), *args[1:])
        elif args and isinstance(args[0], (int, float)) and not isinstance(args[0], bool):
            args = (np.asarray(args[0], np.float32 if isinstance(args[0], float) else np.int32), *args[1:])
        return jax.tree.map(convert, (args, dict(kwargs)))

    def _keeps_host_arrays(self) -> bool:
        """Whether NumPy arrays of numbers are passed on as they are, to layers that work on the host."""
        return False

    def _from_lists(self, lists: Any) -> np.ndarray:
        try:
            return np.asarray(lists)
        except ValueError:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}) was given lists of unequal length, which form no array: "
                "pad them to one length."
            ) from None

    def _note_shape(self, args: tuple, kwargs: dict) -> None:
        """Keeps the shape of the first inputs, for summaries."""
        self.__dict__["_build_shape"] = shapes_of(args[0] if args else next(iter(kwargs.values())))

    def _build_for(self, args: tuple, kwargs: dict) -> None:
        late = no_weights_here()
        outer = _outer_call.get()
        if outer is not None and "_path" not in self.__dict__:
            self.__dict__["_path"] = f"{outer.path}/{self.name}"  # until a model tells paths from its own attributes
        self._note_shape(args, kwargs)
        signature = signature_of(type(self))
        missing = [name for name in signature.required[len(args) :] if name not in kwargs]
        if missing:
            raise TypeError(
                f"Layer {self.path!r} ({type(self).__name__}) was called without {missing[0]!r}; call() takes "
                f"{', '.join(signature.names)}."
            )
        check_build_names(f"Layer {self.path!r} ({type(self).__name__})", signature)
        build_names = [n for n in signature.build_names if n.endswith("_shape")]
        if len(build_names) > 1:  # build(self, query_shape, value_shape, ...): one shape per argument of call
            given = dict(zip(signature.names, args, strict=False)) | kwargs
            shapes = {n: shapes_of(given.get(n[: -len("_shape")])) for n in build_names}
            known = {n: s for n, s in shapes.items() if s is not None}
            self.build(**known)
            self.__dict__["_build_shapes"] = known
        else:
            self.build(self.__dict__["_build_shape"])
            self.__dict__["_build_shapes"] = {"input_shape": self.__dict__["_build_shape"]}
        self.built = True
        if late and walk(self):
            refuse_weights(self)
        if built.watchers:
            built.note_built(self)
        initial = self.__dict__.get("_input_arguments", {}).pop("weights", None)
        if initial is not None:
            self.set_weights(initial)

    def _say_where(self, error: Exception, args: tuple) -> None:
        """Notes the layer on an error of its call; raises a clearer one where shapes or strings were wrong."""
        note_layer(error, self.path, type(self).__name__)
        if (
            isinstance(error, (TypeError, ValueError, IndexError))
            and (about_arrays(error) or (_has_strings(args) and not str(error).startswith("Layer ")))
            and not isinstance(error, TRACE_FAILURES)
        ):
            raise self._explain(error, args) from error

    def _explain(self, error: Exception, args: tuple) -> Exception:
        strings = [leaf for leaf in jax.tree.leaves(args) if is_strings(leaf)]
        if strings:
            return TypeError(
                f"Layer {self.path!r} ({type(self).__name__}) computes with numbers, received strings (dtype "
                f"{strings[0].dtype}). Map them to "
                "numbers first, for example with kerax.layers.StringLookup."
            )
        shapes = ", ".join(str(tuple(leaf.shape)) for leaf in jax.tree.leaves(args) if hasattr(leaf, "shape"))
        kind = TypeError if type(error) is TypeError and "shape" not in str(error) else ValueError
        return kind(
            f"Layer {self.path!r} ({type(self).__name__}) failed for inputs of shape {shapes}"
            f"{at_user_line(error)}: {first_line(error)}"
        )

    # ---- losses and metrics -----------------------------------------------------------------------------------------
    def add_loss(self, loss: Any) -> None:
        """Adds a scalar to the loss of the model this layer is part of.

        Args:
          loss: a scalar array, a list of them, or a callable without arguments that returns one.
        """
        if callable(loss) and not isinstance(loss, (jax.Array, Variable)):
            self.__dict__.setdefault("_loss_functions", []).append(loss)
            return
        outer = _outer_call.get()
        for one in loss if isinstance(loss, (list, tuple)) else [loss]:
            if one is None or isinstance(one, (str, bytes)):
                raise TypeError(
                    f"add_loss() of layer {self.path!r} takes a scalar array or a function that returns one, received "
                    f"{one!r}."
                )
            _note_loss(self, jnp.sum(jnp.asarray(one)), outer.losses if outer is not None else None)

    @property
    def losses(self) -> list[jax.Array]:
        """Scalars from ``add_loss`` of the last call, activity regularizers and weight regularizers, of all layers
        inside.
        """
        modules = {id(module): module for _, module in walk_modules(self)}
        scope = current_scope()
        noted = scope.losses if scope is not None else self.__dict__.get("_call_losses", [])
        values = [value for layer, value in noted if id(layer) in modules]
        for module in modules.values():
            values += [function() for function in module.__dict__.get("_loss_functions", ())]
        return values + layer_regularization(self)

    def add_metric(self, value: Any, name: str | None = None, aggregation: str | None = "mean") -> None:
        """Reports the running mean of a value under a name in the model's logs.

        Args:
          value: array, averaged over all its elements.
          name: the name in the logs.
          aggregation: ``"mean"`` or None, as in tf.keras.

        Raises:
          ValueError: without a name.
        """
        if not name:
            raise ValueError(f"add_metric() of layer {self.path!r} needs name=..., under which the value is reported.")
        table = self.__dict__.setdefault("_added_metrics", {})
        if name not in table:
            table[name] = Mean(name=name)
        table[name].update_state(value)

    # ---- noise ------------------------------------------------------------------------------------------------------
    def next_key(self, seed: int | None = None) -> jax.Array:
        """A fresh JAX key for this layer's noise; ``seed`` makes it reproducible on its own."""
        return random_keys.next_key(self.__dict__.get("_noise_path") or type(self).__name__, seed)

    # ---- shapes -----------------------------------------------------------------------------------------------------
    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the output shape(s) for the input shape(s), None for unknown sizes; builds the layer if needed."""
        tensors = map_shapes(lambda shape: SymbolicTensor(to_spec(shape, self.compute_dtype)), input_shape)
        if not self.built:
            self._build_for((tensors,), {})
        outputs = infer(self, (tensors,), {}, f"Layer {self.path!r} ({type(self).__name__})")
        return jax.tree.map(to_shape, outputs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Returns symbolic tensors as ``call`` would return for symbolic inputs, without recording a node.

        They come from tracing ``call``, or from ``compute_output_shape`` where a class of the user's own defines it.
        """
        rule = type(self).compute_output_shape
        if not rule.__module__.startswith("kerax.") and len(args) == 1:
            shapes = self.compute_output_shape(shapes_of(args[0]))
            return jax.tree.map(lambda s: SymbolicTensor(s, self.compute_dtype), shapes, is_leaf=is_shape)
        if not self.built:
            self._build_for(args, kwargs)
        return jax.tree.map(SymbolicTensor, infer(self, args, kwargs, f"Layer {self.path!r}"))

    # ---- places in a graph ------------------------------------------------------------------------------------------
    @property
    def input_shape(self) -> Any:
        """Shape(s) of ``input``."""
        return jax.tree.map(lambda t: t.shape, self.input, is_leaf=is_symbolic)

    @property
    def output_shape(self) -> Any:
        """Shape(s) of ``output``."""
        return jax.tree.map(lambda t: t.shape, self.output, is_leaf=is_symbolic)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _note_loss(layer: Layer, value: Any, collector: list | None) -> None:
    scope = current_scope()
    if scope is not None:
        scope.losses.append((layer, value))
    elif collector is not None:
        collector.append((layer, value))
    else:
        layer.__dict__.setdefault("_call_losses", []).append((layer, value))


def _built_once(build: Callable) -> Callable:
    """Wraps a `build`: weights are made outside every scope and trace, and `built` is set."""

    @functools.wraps(build)
    def wrapped(self: Layer, *args: Any, **kwargs: Any) -> None:
        with no_scope(), jax.ensure_compile_time_eval():
            build(self, *args, **kwargs)
        self.built = True
        if args or kwargs:
            names = list(inspect.signature(build).parameters)[1:]
            self.__dict__["_build_shapes"] = {**dict(zip(names, args, strict=False)), **kwargs}

    return wrapped


def _has_strings(args: tuple) -> bool:
    return any(leaf.__class__ is HostStrings for leaf in jax.tree.leaves(args))


def shapes_of(tree: Any) -> Any:
    """The shapes of arrays or symbolic tensors, in their structure."""
    if tree is None:
        return None
    return jax.tree.map(lambda x: to_shape(x) if hasattr(x, "shape") else (), tree, is_leaf=is_symbolic)


def map_shapes(function: Callable, shapes: Any) -> Any:
    """Applies a function to every shape in a shape, or a list or dict of shapes."""
    if isinstance(shapes, dict):
        return {key: map_shapes(function, value) for key, value in shapes.items()}
    if (
        isinstance(shapes, (list, tuple))
        and shapes
        and (hasattr(shapes[0], "__len__") or hasattr(shapes[0], "as_list"))
    ):
        return [map_shapes(function, value) for value in shapes]
    return function(plain_shape(shapes))
