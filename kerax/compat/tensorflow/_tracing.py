"""``tf.function``, ``tf.GradientTape``, ``tf.custom_gradient``, ``tf.TensorArray``: kerax's own, speaking in
tensors.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._concrete import ConcreteFunction, as_arguments, labelled
from kerax.compat.tensorflow._concrete_texts import TextConcreteFunction, has_texts
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import WIDE, as_dtype
from kerax.compat.tensorflow._edges import DICTS, ENCODERS, graph_mode, in_script, inside, speaking, unwrap, wrap
from kerax.compat.tensorflow._extension_elements import parts_of
from kerax.compat.tensorflow._spec import RaggedTensorSpec, SparseTensorSpec
from kerax.compat.tensorflow._spec_parts import TensorArraySpec
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._trace_gradients import asks_for_gradients, taped
from kerax.compat.tensorflow._trace_names import named_arguments, tracing
from kerax.compat.tensorflow._without_numbers import of_function
from kerax.errors import first_line, user_stacklevel
from kerax.function import Function as PlainFunction
from kerax.function import TensorArray as PlainTensorArray
from kerax.function.arguments import apply_signature
from kerax.function.autograph import convert, operators
from kerax.function.failures import user_line
from kerax.jax_compat import in_trace, is_staging, is_tracer
from kerax.state.trace_failures import UnknownSizeError


def _outward(array: Any) -> Any:
    return Tensor(array) if in_script() and not isinstance(array, Tensor) else array


operators.hand_out_by(_outward)


class Function(PlainFunction):
    """What ``tf.function`` makes: tensors in, tensors out; see ``kerax.function``."""

    _needs_numbers = False  # whether it was found that it cannot be compiled
    _text_traces = 0  # how often it was traced for texts: each is part of its program

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the function: traced and compiled at the first call for a kind of arguments.

        A function whose sizes depend on the numbers of tensors, which XLA does not compile, runs as plain Python.
        """
        args, kwargs = self._in_order(args, kwargs)
        with speaking():
            given, named = (args, kwargs) if self.input_signature is not None else as_arguments((args, kwargs))
            if not self._needs_numbers and not self._met_many_texts(given, named):
                traces = self._traces
                try:
                    found = _texts_as_tensors(wrap(super().__call__(*given, **named)))
                    if self._traces > traces and has_texts((given, named)):
                        self._text_traces += 1
                    return found
                except ValueError as error:
                    if not isinstance(error, UnknownSizeError):
                        raise of_function(error) from error.__cause__
                    if in_trace():
                        raise
                    self._needs_numbers = True
                    warnings.warn(
                        f"tf.function {self.name}() runs without being compiled, slower: {first_line(error)} "
                        f"({user_line(error)})",
                        stacklevel=user_stacklevel(),
                    )
            if self.input_signature is not None:
                given, named = self._fitted(given, named), {}
            try:
                return wrap(self.python_function(*given, **named))
            except StopIteration:  # of an iterator that it has taken an element from
                raise errors.OutOfRangeError(None, None, "End of sequence [Op:IteratorGetNext]") from None

    def _met_many_texts(self, args: tuple, kwargs: dict) -> bool:
        """Whether texts are given that keep changing: a program for each costs more than running Python's code."""
        return self._text_traces >= _TEXT_TRACES and not in_trace() and has_texts((args, kwargs))

    def _in_order(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        """Arguments by place where they can be: naming one, or leaving out a default, is no other kind of call."""
        if self.input_signature is not None:
            return args, kwargs
        signature = self.__dict__.get("_signature", False)
        if signature is False:
            try:
                signature = inspect.signature(self.python_function)
            except (TypeError, ValueError):
                signature = None
            self.__dict__["_signature"] = signature
        if signature is None or (not kwargs and len(args) == len(signature.parameters)):
            return args, kwargs
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound.args, bound.kwargs

    def _trace(self, arguments: Any, key: Any) -> Any:
        if self._converted is None and asks_for_gradients(self.python_function):
            self._converted = taped(convert(self.python_function) if self._autograph else self.python_function)
        with tracing():
            return super()._trace(arguments, key)

    def _while_traced(self, function: Callable) -> Callable:
        return named_arguments(function, self.input_signature, self.python_function)

    def _fitted(self, args: tuple, kwargs: dict) -> tuple:
        specs = self.input_signature or ()
        if any(_of_parts(one) or isinstance(one, _HOSTED) for one in specs):
            args, kwargs, specs = self._taken_apart(args, kwargs)
            fitted = apply_signature(self.python_function, specs, unwrap(args), unwrap(kwargs), self.name)
            fitted = tuple(args[i] if spec is _AS_IT_IS else fitted[i] for i, spec in enumerate(specs))
            specs = self.input_signature or ()
        else:
            fitted = super()._fitted(unwrap(args), unwrap(kwargs))
        return tuple(labelled(value, spec) for value, spec in zip(fitted, specs, strict=True))

    def _taken_apart(self, args: tuple, kwargs: dict) -> tuple:
        """Values of extension types among arguments, and their descriptions, as tuples of tensors."""
        bound = inspect.signature(self.python_function).bind(*args, **kwargs)
        values, specs = list(bound.args), list(self.input_signature or ())
        for i, (value, spec) in enumerate(zip(values, specs, strict=False)):
            if isinstance(spec, _HOSTED):
                specs[i] = _AS_IT_IS
            if _of_parts(spec) or isinstance(spec, _HOSTED):
                described = _of_parts(value) or isinstance(value, _HOSTED)
                if not (value == spec if described else spec.is_compatible_with(value)):
                    raise TypeError(
                        f"{self.name}(): argument {list(bound.arguments)[i]!r} must be {spec!r}, as input_signature "
                        f"says; received {value!r}."
                    )
                if _of_parts(spec):
                    known = _of_parts(value)
                    values[i] = value._component_specs if known else spec._to_components(value)
                    specs[i] = spec._component_specs
        return tuple(values), dict(bound.kwargs), tuple(specs)

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> Any:
        """The program for arguments of a kind: tensors, or ``tf.TensorSpec`` in their place."""
        if args or kwargs:
            args, kwargs = self._in_order(args, kwargs)
        elif self.input_signature is not None:
            args = self.input_signature
        if has_texts((args, kwargs)):
            return TextConcreteFunction(self, args, kwargs)
        with speaking():
            found = super().get_concrete_function(*as_arguments(args), **as_arguments(kwargs))
        views = self.__dict__.setdefault("_views", {})  # the same program is the same object for the script
        if id(found) not in views:
            views[id(found)] = ConcreteFunction(found)  # which keeps the program, so that its number stays its own
        return views[id(found)]


_TEXT_TRACES = 3  # programs made for texts before Python's code runs instead
_AS_IT_IS = object()
_HOSTED = (RaggedTensorSpec, SparseTensorSpec)  # of values that stay on the host


def _of_parts(spec: Any) -> bool:
    """Whether a value describes one of an extension type."""
    return hasattr(spec, "_component_specs")


def function(
    func: Callable | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    name: str | None = None,
    **options: Any,
) -> Any:
    """Compiles a function: see ``kerax.function``.

    Args:
      func: the function; without it a decorator is returned.
      input_signature: a ``tf.TensorSpec`` for each argument.
      autograph: whether Python's control flow on tensors is converted.
      jit_compile, reduce_retracing: accepted as in TensorFlow.
      name: for messages.
      **options: TensorFlow's ``experimental_...``.

    Raises:
      TypeError: for an unknown argument.
    """
    from kerax.function import function as plain

    plain(
        None, input_signature, autograph, jit_compile, name, reduce_retracing, **options
    )  # checks the names of the options
    if func is None:
        return lambda func: function(func, input_signature, autograph, jit_compile, reduce_retracing, name)
    return func if isinstance(func, Function) else Function(func, input_signature, autograph, name, reduce_retracing)


def _texts_as_tensors(tree: Any) -> Any:
    if tree.__class__ in (list, tuple):
        return tree.__class__([_texts_as_tensors(one) for one in tree])
    if tree.__class__ in DICTS:
        return tree.__class__({key: _texts_as_tensors(one) for key, one in tree.items()})
    return tensor(tree) if isinstance(tree, (str, bytes)) else tree


@jax.tree_util.register_pytree_node_class
class TensorArray(PlainTensorArray):
    """An array that is written piece by piece; see ``kerax.TensorArray``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> pieces = tf.TensorArray(tf.float32, size=2)
      >>> pieces = pieces.write(0, 1.0).write(1, 2.0)
      >>> pieces.stack().numpy()
      array([1., 2.], dtype=float32)
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """One that sessions write, while a graph of TensorFlow 1 is noted down."""
        if cls is TensorArray and graph_mode() and not inside() and not in_trace():
            from kerax.compat.tensorflow._graph_arrays import GraphTensorArray

            return object.__new__(GraphTensorArray)
        return object.__new__(cls)

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: Any = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ):
        self._begin(as_dtype(dtype), size, bool(dynamic_size), element_shape)

    def _begin(self, dtype: Any, size: Any, dynamic_size: bool, element_shape: Any) -> None:
        shape = None if element_shape is None or None in tuple(element_shape) else tuple(element_shape)
        if isinstance(size, Tensor) and is_tracer(size._value):
            raise UnknownSizeError("tf.TensorArray: its size is known only when the program runs: give it a number.")
        count = int(tensor(0 if size is None else size).numpy()) if not isinstance(size, int) else size
        super().__init__(jax.dtypes.canonicalize_dtype(dtype.dtype), count, dynamic_size, element_shape=shape)
        self._kind = dtype.name

    _kind: str | None = None  # TensorFlow's type, which may have 64 bits

    def _piece(self, found: Any) -> Any:
        return wrap(found) if self._kind not in WIDE else Tensor(unwrap(found), self._kind)

    def tree_flatten(self) -> tuple[tuple, tuple]:
        """For JAX: the type belongs to the structure."""
        children, static = super().tree_flatten()
        return children, (*static, self._kind)

    @classmethod
    def tree_unflatten(cls, static: tuple, children: tuple) -> Any:
        """For JAX."""
        made = super().tree_unflatten(static[:-1], children)
        made._kind = static[-1]  # type: ignore[attr-defined]
        return made

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        """The dtype of its pieces."""
        found = self.__dict__["dtype"]
        return as_dtype(found) if in_script() else found

    @dtype.setter
    def dtype(self, value: Any) -> None:
        self.__dict__["dtype"] = value

    def size(self, name: str | None = None) -> Any:
        """How many pieces there are."""
        return Tensor(np.asarray(super().size(), np.int32))

    def split(self, value: Any, lengths: Any, name: str | None = None) -> Any:
        """An array of the parts of a tensor, which all have one length here."""
        from kerax.compat.tensorflow._core import ints
        from kerax.compat.tensorflow._joining import split as split_tensor

        sizes = ints(lengths)
        if len(set(sizes)) > 1:
            raise ValueError(
                f"TensorArray.split() takes equal lengths, received {sizes}: pieces have one shape in JAX."
            )
        return self.unstack(wrap([one.array for one in split_tensor(tensor(value), list(sizes))]))

    def _made(self) -> Any:
        made = super()._made()
        made.__class__ = TensorArray
        made._kind = self._kind  # type: ignore[attr-defined]
        return made

    def write(self, index: Any, value: Any, name: str | None = None) -> Any:
        """The array with a piece written."""
        piece = tensor(value, hint=None if self._kind is None else as_dtype(self._kind))
        if self._kind is not None and piece.dtype.name != self._kind:
            raise errors.WrongTypeError(
                None, None, f"TensorArray dtype is {self._kind} but Op is trying to write dtype {piece.dtype.name}"
            )
        try:
            return super().write(unwrap(index), piece.array)
        except IndexError as error:
            raise errors.OutOfRangeError(None, None, str(error)) from None

    def read(self, index: Any, name: str | None = None) -> Any:
        """The piece at an index."""
        place = unwrap(index)
        if not is_tracer(place) and not 0 <= int(place) < self._size:
            raise errors.OutOfRangeError(
                None, None, f"Tried to read from index {int(place)} but array size is: {self._size}"
            )
        return self._piece(super().read(place))

    def stack(self, name: str | None = None) -> Any:
        """All pieces as one tensor."""
        if self.buffer is None and not self._size:
            return tensor(np.zeros(0, self.dtype))
        return self._piece(super().stack())

    def gather(self, indices: Any, name: str | None = None) -> Any:
        """The pieces at some indices."""
        return self._piece(super().gather(unwrap(indices)))

    def concat(self, name: str | None = None) -> Any:
        """All pieces joined along their first axis."""
        return self._piece(super().concat())

    def unstack(self, value: Any, name: str | None = None) -> Any:
        """An array of the rows of a tensor."""
        return super().unstack(tensor(value).array)

    @property
    def element_shape(self) -> Any:
        """The shape of a piece."""
        from kerax.compat.tensorflow._shape import TensorShape

        return TensorShape(self._piece_shape())

    @property
    def _type_spec(self) -> TensorArraySpec:
        return TensorArraySpec(self.element_shape, self.dtype, self.dynamic_size)


ENCODERS[TensorArray] = parts_of


def to_code(entity: Any, recursive: bool = True, experimental_optional_features: Any = None) -> str:
    """The source of a function as AutoGraph converts it."""
    inner = getattr(entity, "python_function", entity)
    return inspect.getsource(convert(inner))


def to_graph(entity: Any, recursive: bool = True, experimental_optional_features: Any = None) -> Any:
    """The function as AutoGraph converts it."""
    return convert(getattr(entity, "python_function", entity))


def set_loop_options(
    parallel_iterations: Any = None,
    swap_memory: Any = None,
    maximum_iterations: Any = None,
    shape_invariants: Any = None,
) -> None:
    """Says how the loop around the call is compiled; accepted.

    Args:
      parallel_iterations, swap_memory, maximum_iterations: accepted as in TensorFlow.
      shape_invariants: pairs of a tensor and its shape in every round.

    Raises:
      UnknownSizeError: for a shape that changes from round to round; ``tf.function`` runs such a function as it is.
    """
    for _, shape in shape_invariants or ():
        if is_staging() and (getattr(shape, "rank", 0) is None or None in tuple(shape)):
            raise UnknownSizeError("tf.autograph.experimental.set_loop_options: a tensor changes its shape in a loop.")


def do_not_convert(func: Callable | None = None) -> Any:
    """Marks a function that AutoGraph leaves as it is."""
    if func is None:
        return do_not_convert

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **kwargs)

    return call
