"""``tf.Variable``: kerax's box with TensorFlow's manners."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import _math, errors
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import LABELS, as_dtype
from kerax.compat.tensorflow._edges import UNWRAPPERS, graph_mode, in_script, inside, noting
from kerax.compat.tensorflow._graph_state import current
from kerax.compat.tensorflow._operators import BINARY, COMPARISONS, OTHERS
from kerax.compat.tensorflow._scatters import Scatters, tf_name
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._string_variable import OfStrings, StringVariable
from kerax.compat.tensorflow._tensor import Tensor, convert, flatten, unflatten
from kerax.compat.tensorflow._variable_values import (
    Slice,
    Value,
    assigned,
    label_value,
    part_of,
    plain_value,
    read,
    shown,
)
from kerax.jax_compat import in_trace
from kerax.state import Variable as Box
from kerax.state.symbolic import SymbolicTensor

creators: list[Callable] = []  # of the open variable_creator_scopes


class _Kind(type):
    """Every variable is a ``tf.Variable``, kerax's own weights as well."""

    def __instancecheck__(cls, one: Any) -> bool:
        if cls.__dict__.get("_for_all"):
            return isinstance(one, Box) or one.__class__ is StringVariable
        return super().__instancecheck__(one)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if creators and not inside():
            make: Callable = cls._made
            for creator in creators:
                make = functools.partial(creator, make)
            given = inspect.signature(Variable.__init__).bind(None, *args, **kwargs)
            given.apply_defaults()
            return make(**{key: one for key, one in given.arguments.items() if key != "self"})
        return cls._made(*args, **kwargs)

    def _made(cls, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().__call__(*args, **kwargs)
        except OfStrings as found:
            return StringVariable(found.value, **found.options)


class Variable(Scatters, Box, metaclass=_Kind):
    """A tensor that can be assigned to.

    Args:
      initial_value: the first value, or a function without arguments that returns it.
      trainable: whether training changes it; True by default.
      validate_shape, caching_device, import_scope, synchronization, aggregation, experimental_enable_variable_lifting:
        accepted as in TensorFlow.
      name: behind the open name scopes; "Variable" by default.
      variable_def: nothing here.
      dtype: the type of its value.
      constraint: a function applied to the value after each step of an optimizer.
      shape: checked; sizes do not change.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> v = tf.Variable([1.0, 2.0])
      >>> v.assign_add([1.0, 1.0]).numpy()
      array([2., 3.], dtype=float32)
    """

    __slots__ = ("_label",)
    _for_all = True

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Callable | None = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
        experimental_enable_variable_lifting: bool = True,
    ):
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        if callable(initial_value) and not isinstance(initial_value, (Tensor, Box)):
            with jax.ensure_compile_time_eval():
                initial_value = initial_value()
        if isinstance(initial_value, SymbolicTensor):
            initial_value = _computed(initial_value)
        if isinstance(initial_value, (Tensor, Box)) and dtype is not None:
            if as_dtype(dtype) != tensor(initial_value).dtype and not inside():
                raise ValueError(
                    f"initial_value: Tensor conversion requested dtype {as_dtype(dtype).name} for Tensor with dtype "
                    f"{tensor(initial_value).dtype.name}: {initial_value!r}. Use tf.cast."
                )
            initial_value = _math.cast(initial_value, dtype)
        first = convert(initial_value, dtype)
        if first.dtype.name == "string":
            raise OfStrings(first, trainable=trainable, name=name)
        if shape is not None and not TensorShape(shape).is_compatible_with(first.shape):
            raise ValueError(
                f"In this `tf.Variable` creation, the initial value's shape ({first.shape}) is not compatible with "
                f"the explicitly supplied `shape` argument ({TensorShape(shape)})."
            )
        label = first.dtype.name if first.dtype.name in LABELS else None
        super().__init__(
            first.array,
            trainable=True if trainable is None else trainable,
            name=name or "Variable",
            constraint=constraint,
            autocast=False,
        )
        self._label = label
        if graph_mode() and not inside():
            self.path = current().unique_path(self.path)  # savers go by names
            current().remember(self)

    # ---- what TensorFlow's variables have, and others have not -----------------------------------------------------
    def initialized_value(self) -> Tensor:
        """The value."""
        return read(self)

    def is_initialized(self, name: str | None = None) -> Any:
        """True."""
        return tensor(True)

    def set_shape(self, shape: Any) -> None:
        """Checks the shape: it is always known."""
        TensorShape(self._shape).assert_is_compatible_with(shape)

    def count_up_to(self, limit: int) -> Tensor:
        """Adds one and returns what it was before.

        Raises:
          OutOfRangeError: at the limit.
        """
        before = label_value(self)
        if int(before) >= limit:
            raise errors.OutOfRangeError(None, None, f"Reached limit of {limit}")
        self.assign_add(1)
        return before

    @property
    def initial_value(self) -> Any:
        """Not kept.

        Raises:
          RuntimeError: as in TensorFlow.
        """
        raise RuntimeError("This property is not supported when eager execution is enabled.")

    def __reduce__(self) -> Any:
        return _made_again, (self.numpy(), self.trainable, self.path)

    @property
    def synchronization(self) -> Any:
        """AUTO: there is one value."""
        from kerax.compat.tensorflow._parts import VariableSynchronization

        return VariableSynchronization.AUTO

    @property
    def aggregation(self) -> Any:
        """NONE: there is one value."""
        from kerax.compat.tensorflow._parts import VariableAggregation

        return VariableAggregation.NONE

    _aggregation = aggregation

    def gather_nd(self, indices: Any, name: str | None = None) -> Any:
        """Elements at places."""
        from kerax.compat.tensorflow._gather import gather_nd

        return gather_nd(self, indices)

    def sparse_read(self, indices: Any, name: str | None = None) -> Any:
        """Rows."""
        from kerax.compat.tensorflow._gather import gather

        return gather(self, indices)

    def __repr__(self) -> str:
        if inside():
            return super().__repr__()
        return shown(self)

    __str__ = __repr__


Variable.__module__ = "tensorflow"


def _computed(value: SymbolicTensor) -> Tensor:
    """The numbers of what is noted down for sessions, such as random ones that a variable begins with."""
    from kerax.compat.tensorflow._graph import Evaluation

    with noting(False):
        return tensor(Evaluation({}).of(value))


def _made_again(value: Any, trainable: bool, name: str) -> Variable:
    return Variable(value, trainable, name=name)


# ---- manners of every variable, kerax's own weights included, where a script looks ----------------------------------
_originals: dict[str, Any] = {}


def _speaks_tensorflow(box: Any) -> bool:
    return in_script() or (box.__class__ is Variable and not inside())


def _property(name: str, ours: Callable) -> None:
    plain = getattr(Box, name).fget if isinstance(Box.__dict__.get(name), property) else None
    _originals[name] = plain

    def look(self: Any) -> Any:
        return ours(self) if _speaks_tensorflow(self) else plain(self)  # type: ignore[misc]

    setattr(Box, name, property(look, doc=f"As in kerax; in a script for TensorFlow what TensorFlow calls ``{name}``."))


def _method(name: str, ours: Callable) -> None:
    plain = getattr(Box, name)

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return ours(self, *args, **kwargs) if _speaks_tensorflow(self) else plain(self, *args, **kwargs)

    call.__name__ = name
    call.__doc__ = plain.__doc__
    setattr(Box, name, call)


def _operator(name: str, function: Callable, reflected: bool) -> None:
    plain = getattr(Box, name)

    def operator(self: Any, other: Any) -> Any:
        if not (isinstance(other, Tensor) or _speaks_tensorflow(self)):
            return plain(self, other)
        for kind in OTHERS:
            if isinstance(other, kind):
                return plain(self, other)
        value = self if graph_mode() else Tensor(plain_value(self), getattr(self, "_label", None))
        return function(other, value) if reflected else function(value, other)

    setattr(Box, name, operator)


def _assign(how: str | None) -> Callable:
    def run(self: Any, value: Any, use_locking: bool = False, name: Any = None, read_value: bool = True) -> Any:
        if graph_mode() and not inside() and not in_trace():
            from kerax.compat.tensorflow._graph_flow import assigning

            return assigning(self, f"assign_{how}" if how else "assign", value, name)
        result = assigned(self, value, how)
        _PLAIN_ASSIGN(self, result)
        return self if read_value else None

    return run


_PLAIN_ASSIGN: Any = Box.assign


def _numpy(self: Any) -> Any:
    return Tensor(plain_value(self), getattr(self, "_label", None)).numpy()


def _compare(name: str, function: Callable) -> None:
    plain = getattr(Box, f"__{name}__")

    def operator(self: Any, other: Any) -> Any:
        if other is None or isinstance(other, (SymbolicTensor, str)):
            return name == "ne"
        if isinstance(other, Tensor) or _speaks_tensorflow(self):
            if graph_mode():  # where variables are looked up in lists and dicts
                return (self is other) == (name == "eq")
            return function(Tensor(plain_value(self), getattr(self, "_label", None)), other)
        return plain(self, other)

    setattr(Box, f"__{name}__", operator)


def install() -> None:
    """Teaches all variables to answer scripts as TensorFlow's do; kerax's own code sees no difference."""
    if _originals:
        return
    _name_property()
    for kind in (Value, Slice):
        jax.tree_util.register_pytree_node(kind, flatten, unflatten)
        UNWRAPPERS[kind] = lambda value: value.array
    jax.tree_util.register_pytree_node(Variable, lambda box: ((plain_value(box),), None), lambda _, values: values[0])
    _property("shape", lambda self: TensorShape(self._shape))
    _property("dtype", lambda self: as_dtype(getattr(self, "_label", None) or self._dtype))
    _property("value", label_value)
    for how, name in ((None, "assign"), ("add", "assign_add"), ("sub", "assign_sub")):
        _method(name, _assign(how))
    _method("numpy", _numpy)
    _method("__getitem__", part_of)
    _method("__iter__", lambda self: iter(read(self)))
    _method("__repr__", shown)
    for name, function in BINARY.items():
        _operator(f"__{name}__", function, False)
        _operator(f"__r{name}__", function, True)
    for name, function in COMPARISONS.items():
        _operator(f"__{name}__", function, False)
    _compare("eq", _math.equal)
    _compare("ne", _math.not_equal)
    for name, function in (("neg", _math.negative), ("abs", _math.abs)):
        _unary(f"__{name}__", function)
    Box.read_value = read  # type: ignore[attr-defined]
    Box.get_shape = _get_shape  # type: ignore[attr-defined]
    Box.ref = Tensor.ref  # type: ignore[attr-defined]
    Box.experimental_ref = Tensor.ref  # type: ignore[attr-defined]
    Box.initializer = property(_initializer, doc="The operation that gives it its first value again.")  # type: ignore
    Box.op = property(_operation, doc="The operation of its name.")  # type: ignore[attr-defined]
    Box.graph = property(lambda self: _operation(self).graph, doc="The graph.")  # type: ignore[attr-defined]
    Box.device = Tensor.device  # type: ignore[attr-defined]
    Box.handle = property(lambda self: self, doc="The variable itself.")  # type: ignore[attr-defined]
    Box.eval = _eval  # type: ignore[attr-defined]
    Box.load = _load  # type: ignore[attr-defined]


def _operation(self: Any) -> Any:
    if not graph_mode():
        raise AttributeError("Tensor.op and Tensor.graph are undefined when eager execution is enabled.")
    from kerax.compat.tensorflow._graph_state import VariableOperation

    return VariableOperation(self)


def _initializer(self: Any) -> Any:
    from kerax.compat.tensorflow._v1 import variables_initializer

    return variables_initializer([self]) if graph_mode() else None


def _get_shape(self: Any) -> TensorShape:
    """The shape."""
    return TensorShape(self._shape)


def _eval(self: Any, session: Any = None) -> np.ndarray:
    """The value as a NumPy array, as in sessions of TensorFlow 1."""
    return self.numpy()


def _load(self: Any, value: Any, session: Any = None) -> Any:
    """Assigns a value, as in sessions of TensorFlow 1."""
    with noting(False):
        self.assign(value)


class _Path:
    """The slot of a variable's path, which is empty while the variable is being made."""

    def get(self, box: Any) -> Any:
        try:
            return Box.__dict__["path"].__get__(box)
        except AttributeError:
            return None


_PATH = _Path()


def _name_property() -> None:
    slot: Any = Box.__dict__["name"]
    _originals["name"] = slot

    def look(self: Any) -> str:
        made = _speaks_tensorflow(self) and _PATH.get(self) is not None
        return tf_name(self) if made else slot.__get__(self)

    Box.name = property(look, lambda self, value: slot.__set__(self, value), doc="The last part of its path.")  # type: ignore[assignment]


def _unary(name: str, function: Callable) -> None:
    plain = getattr(Box, name)

    def operator(self: Any) -> Any:
        if not _speaks_tensorflow(self):
            return plain(self)
        return function(self if graph_mode() else Tensor(plain_value(self), getattr(self, "_label", None)))

    setattr(Box, name, operator)


install()
