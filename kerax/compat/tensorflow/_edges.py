"""Where a script's code and kerax's code call each other: tensors on the one side, arrays on the other.

A script calls kerax (a layer, a metric, ``fit``): tensors in the arguments become arrays, arrays in the results become
tensors. kerax calls the script (``call`` of its own layer, a loss function, a callback): the other way round. Which
side
is running is noted, so that kerax calling itself costs nothing and sees arrays only.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import importlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from types import FunctionType, MethodType
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor, is_text, string_array
from kerax.jax_compat import in_trace, is_tracer
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor
from kerax.tracebacks import shorten

# Whether kerax's own code is running, called by a script.
_inside: contextvars.ContextVar[bool | None] = contextvars.ContextVar("kerax_inside", default=None)
# Whether code of a script is run although the program as a whole is none.
_speaking: contextvars.ContextVar[bool] = contextvars.ContextVar("kerax_speaking", default=False)
# Whether the program is a script for TensorFlow as a whole (`kerax run`, `install()`): results are tensors even where
# no argument was one.
_scripts = [False]
# Whether operations are noted down for sessions: in the whole program, and otherwise here. What a session computes,
# what a pipeline reads ahead and what another thread builds go on at the same time.
_graph = [False]
_graph_here: contextvars.ContextVar[bool | None] = contextvars.ContextVar("kerax_graph_mode", default=None)
# Classes of this namespace that stand for one of kerax's: class -> how to get the kerax object.
UNWRAPPERS: dict[type, Callable[[Any], Any]] = {Tensor: lambda tensor: tensor.array}
# Classes of kerax that have a counterpart in this namespace: class -> how to make that.
WRAPPERS: dict[type, Callable[[Any], Any]] = {}
# Classes of values whose tensors pipelines carry in another form: class -> (value, what makes plain of a part).
ENCODERS: dict[type, Callable[[Any, Callable], Any]] = {}
# Those whose counterparts are loaded when the first of them turns up: name of the class -> module.
_LATE = {"RaggedTensor": "_ragged", "SparseTensor": "_sparse", "Dataset": "_dataset"}
_LATE_MODULES = ("kerax.data.ragged", "kerax.data.dataset")


DICTS = (dict, OrderedDict)  # structures whose parts are looked at; others may compute what they hold


def script_mode(on: bool | None = None) -> bool:
    """Whether the whole program speaks TensorFlow; sets it if told to."""
    if on is not None:
        _scripts[0] = on
    return _scripts[0]


def graph_mode(on: bool | None = None) -> bool:
    """Whether operations on variables are noted down for sessions, as in TensorFlow 1.

    Args:
      on: what it is from now on in the whole program; None only asks.
    """
    if on is not None:
        _graph[0] = on
        _graph_here.set(None)
    here = _graph_here.get()
    return _graph[0] if here is None else here


@contextlib.contextmanager
def noting(on: bool) -> Iterator[None]:
    """Says whether operations are noted down while it is open, on this thread only."""
    before = _graph_here.get()
    _graph_here.set(on)  # put back without a token: a session may be left where it was not entered
    try:
        yield
    finally:
        _graph_here.set(before)


def inside() -> bool:
    """Whether kerax's own code is running on behalf of a script."""
    side = _inside.get()
    if side is None:  # a thread that read ahead for kerax was started by kerax
        side = threading.current_thread().name.startswith("kerax-")
        _inside.set(side)
    return side


def in_script() -> bool:
    """Whether a script's own code is running."""
    return (_scripts[0] or _speaking.get()) and not inside()


def by_script() -> bool:
    """Whether a script is what runs, whichever side's code is running for it just now."""
    return _scripts[0] or _speaking.get()


@contextlib.contextmanager
def speaking() -> Iterator[None]:
    """Says that code of a script is run, whether or not the whole program is one."""
    token, side = _speaking.set(True), _inside.set(False)
    try:
        yield
    finally:
        _speaking.reset(token)
        _inside.reset(side)


@contextlib.contextmanager
def on_side(kerax: bool) -> Iterator[None]:
    """Notes which side runs while it is open."""
    token = _inside.set(kerax)
    try:
        yield
    finally:
        _inside.reset(token)


def _is_leaf(value: Any) -> bool:
    return value.__class__ in UNWRAPPERS or isinstance(value, (Variable, SymbolicTensor))


def unwrap(tree: Any) -> Any:
    """Arrays for tensors, kerax's objects for this namespace's, anywhere in a structure; iterators become lists."""
    if isinstance(tree, (zip, map, filter)):
        tree = list(tree)
    if tree.__class__ in _PLAIN:
        return tree
    if isinstance(tree, TensorShape):
        return tree
    if tree.__class__ is tuple:
        return tuple([unwrap(one) for one in tree])
    if tree.__class__ is list:
        return [unwrap(one) for one in tree]
    if tree.__class__ in DICTS:
        return tree.__class__({key: unwrap(one) for key, one in tree.items()})
    if tree.__class__ in _FUNCTIONS:
        return handed_in(tree)
    found = UNWRAPPERS.get(tree.__class__)
    if found is not None:
        return found(tree)
    if isinstance(tree, Variable | SymbolicTensor):
        return tree
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*[unwrap(one) for one in tree])
    return tree


_PLAIN = frozenset({int, float, str, bool, type(None), bytes, np.ndarray})


def handed_in(function: Any) -> Any:
    """A function of a script as kerax gets it: its own ones are themselves, the user's are called as the user's."""
    if hasattr(function, "_kerax_entering"):
        return function.__wrapped__
    twin = getattr(function, "_kerax_twin", None)
    if twin is not None:
        return twin
    if not _scripts[0] or not is_of_script(function):
        return function
    if not isinstance(function, FunctionType):
        return leaving(function)
    known = function.__dict__.get("_kerax_handed_in")  # the same each time: kerax may compare
    if known is None:
        known = function.__dict__["_kerax_handed_in"] = leaving(function)
    return known


_FUNCTIONS = {FunctionType, MethodType, functools.partial}


def has_tensor(tree: Any) -> bool:
    """Whether a structure of lists, tuples and dictionaries holds a tensor."""
    if isinstance(tree, (list, tuple)):
        return any(has_tensor(one) for one in tree)
    if tree.__class__ in DICTS:  # the logs of a step that still runs are of another kind
        return any(has_tensor(one) for one in tree.values())
    return tree.__class__ is Tensor or tree.__class__ in UNWRAPPERS


def wrap(tree: Any, host: bool = False) -> Any:
    """Tensors for arrays, anywhere in a structure.

    Args:
      tree: the structure.
      host: whether NumPy's arrays become tensors too.
    """
    if isinstance(tree, jax.Array):
        return Tensor(tree)
    if host and isinstance(tree, (np.ndarray, np.generic)) and tree.dtype.kind not in "SU":
        return Tensor(np.asarray(tree))
    if host and isinstance(tree, (str, bytes)):
        return Tensor(np.asarray(tree.encode() if isinstance(tree, str) else tree, object))
    if is_text(tree):
        return Tensor(string_array(tree))
    if isinstance(tree, TensorShape):
        return tree
    if tree.__class__ in (list, tuple):
        return tree.__class__([wrap(one, host) for one in tree])
    if tree.__class__ in DICTS:
        return tree.__class__((key, wrap(one, host)) for key, one in tree.items())
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        parts = [wrap(one, host) for one in tree]
        return tree._kerax_decode(parts) if hasattr(tree, "_kerax_decode") else type(tree)(*parts)
    kind = tree.__class__
    if kind.__module__ in _LATE_MODULES and kind not in WRAPPERS and kind.__name__ in _LATE:
        importlib.import_module(f"kerax.compat.tensorflow.{_LATE[kind.__name__]}")
    found = WRAPPERS.get(kind)
    return tree if found is None else found(tree)


def entering(function: Callable, host: bool = False) -> Callable:
    """A function of kerax for scripts to call.

    Args:
      function: what to call.
      host: whether NumPy's arrays among its results become tensors too.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            if inside() or not (_scripts[0] or has_tensor(args) or (kwargs and has_tensor(kwargs))):
                return function(*args, **kwargs)
            token = _inside.set(True)
            try:
                result = function(*unwrap(args), **unwrap(kwargs))
            finally:
                _inside.reset(token)
            return wrap(result, host)
        except Exception as error:
            shorten(error)
            raise

    call._kerax_entering = True  # type: ignore[attr-defined]
    return call


def leaving(function: Callable) -> Callable:
    """A function of the script for kerax to call."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not inside():
            result = function(*args, **kwargs)
            if _scripts[0] or has_tensor(args) or (kwargs and has_tensor(kwargs)):
                return result
            return unwrap(result)
        token = _inside.set(False)
        try:
            run = converted(function) if in_trace() else function
            return unwrap(run(*wrap(args), **wrap(kwargs)))
        finally:
            _inside.reset(token)

    call._kerax_leaving = True  # type: ignore[attr-defined]
    return call


def converted(function: Callable) -> Callable:
    """The function with Python's control flow on tensors converted, as tf.function and Keras do it."""
    from kerax.function.autograph import convert

    return convert(function)


def always_leaving(function: Callable) -> Callable:
    """A function of the script for pipelines to call: every argument is a tensor, on any thread."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with on_side(kerax=False), noting(False):
            run = converted(function) if in_trace() else function
            return host_values(run(*wrap(args, host=True), **wrap(kwargs, host=True)))

    call._kerax_pure_wrapper = True  # type: ignore[attr-defined]
    return call


def host_values(tree: Any) -> Any:
    """What a pipeline gets of a script's results: NumPy's arrays in the types that the tensors stand for."""
    if isinstance(tree, Tensor):
        return tree._value if is_tracer(tree._value) else tree.numpy()
    if tree.__class__ in (list, tuple):
        return tree.__class__([host_values(one) for one in tree])
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*[host_values(one) for one in tree])
    if isinstance(tree, dict):
        return {key: host_values(one) for key, one in tree.items()}
    encoder = ENCODERS.get(tree.__class__)
    return unwrap(tree) if encoder is None else encoder(tree, host_values)


def is_of_script(function: Any) -> bool:
    """Whether a function was written by the user of this namespace, not by kerax."""
    if getattr(function, "_kerax_leaving", False) or getattr(function, "_kerax_entering", False):
        return False
    module = getattr(function, "__module__", None) or ""
    return callable(function) and not isinstance(function, type) and not module.startswith(("kerax.", "jax", "keras"))
