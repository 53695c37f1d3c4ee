"""``tf.experimental.dispatch_for_...``: functions of a script for its own types, called as TensorFlow's are."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any

from kerax.compat.tensorflow._composite import Composite
from kerax.compat.tensorflow._control import name_scope
from kerax.compat.tensorflow._dispatch_names import ASSERTIONS, BINARY, UNARY
from kerax.compat.tensorflow._dispatch_table import TARGETS, Target, instead
from kerax.compat.tensorflow._extension_type import ExtensionType
from kerax.compat.tensorflow._namespace import Namespace

_HANDLERS: dict[tuple, Callable] = {}  # types of the arguments, kind of functions -> handler
_MADE: dict[tuple, list[Callable]] = {}  # the same -> what was registered for each function


def dispatch_for_api(api: Callable, *signatures: dict) -> Callable:
    """Has a function called instead of one of the namespace, where arguments are of types of the script.

    Args:
      api: the function of the namespace: ``tf.stack``.
      *signatures: argument's name or place -> its type: a class, ``Union[...]`` or ``List[...]``. Without one, the
        annotations of the decorated function.

    Returns:
      A decorator.

    Raises:
      ValueError: for what is no function of the namespace, or a signature that it does not have.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> class Masked(tf.experimental.ExtensionType):
      ...     values: tf.Tensor
      ...     mask: tf.Tensor
      >>> @tf.experimental.dispatch_for_api(tf.math.reduce_sum)
      ... def masked_sum(input_tensor: Masked, axis=None, keepdims=False):
      ...     return tf.reduce_sum(tf.where(input_tensor.mask, input_tensor.values, 0), axis, keepdims)
      >>> int(tf.reduce_sum(Masked([1, 2, 4], [True, False, True])))
      5
      >>> tf.experimental.unregister_dispatch_for(masked_sum)
    """
    api = _of_namespace(api)
    parameters = _parameters(api)
    checks = [_checks(parameters, signature, api) for signature in signatures]

    def decorate(target: Callable) -> Callable:
        if not callable(target):
            raise TypeError(f"dispatch_for_api decorates a function, received {target!r}.")
        takes_name = _check_parameters(parameters, target, api)
        found = checks or [_checks(parameters, _annotations(target), api)]
        TARGETS.setdefault(api, []).extend(Target(target, one, takes_name) for one in found)
        return target

    return decorate


def unregister_dispatch_for(dispatch_target: Callable) -> None:
    """Has a function no longer called instead of others.

    Args:
      dispatch_target: what one of the ``dispatch_for_...`` decorated.

    Raises:
      ValueError: if none did.
    """
    found = False
    for api, targets in list(TARGETS.items()):
        rest = [one for one in targets if one.function is not dispatch_target]
        found = found or len(rest) < len(targets)
        if rest:
            TARGETS[api] = rest
        else:
            del TARGETS[api]
    for key in [key for key, handler in _HANDLERS.items() if handler is dispatch_target]:
        del _HANDLERS[key]
        found = True
        for made in _MADE.pop(key):
            unregister_dispatch_for(made)
    if not found:
        raise ValueError(f"{dispatch_target} was not registered by a tf.experimental.dispatch_for_... decorator.")


def dispatch_for_unary_elementwise_apis(x_type: Any) -> Callable:
    """Has a function called instead of every function of one tensor's elements: ``handler(api, x)``.

    Args:
      x_type: type of the tensor: a class, ``Union[...]`` or ``List[...]``.

    Returns:
      A decorator.

    Raises:
      ValueError: if the type has one already.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> class Boxed(tf.experimental.ExtensionType):
      ...     values: tf.Tensor
      >>> @tf.experimental.dispatch_for_unary_elementwise_apis(Boxed)
      ... def boxed(api, x):
      ...     return Boxed(api(x.values))
      >>> tf.abs(Boxed([-1, 2])).values.numpy().tolist()
      [1, 2]
      >>> tf.experimental.unregister_dispatch_for(boxed)
    """
    return _for_all(UNARY, (x_type,), "unary elementwise")


def dispatch_for_binary_elementwise_apis(x_type: Any, y_type: Any) -> Callable:
    """Has a function called instead of every function of two tensors' elements: ``handler(api, x, y)``.

    Args:
      x_type, y_type: types of the tensors; at least one has to be of the script.

    Returns:
      A decorator.

    Raises:
      ValueError: if the types have one already.
    """
    return _for_all(BINARY, (x_type, y_type), "binary elementwise")


def dispatch_for_binary_elementwise_assert_apis(x_type: Any, y_type: Any) -> Callable:
    """Has a function called instead of ``tf.debugging.assert_equal`` and its kin: ``handler(api, x, y)``.

    Args:
      x_type, y_type: types of the tensors; at least one has to be of the script.

    Returns:
      A decorator.

    Raises:
      ValueError: if the types have one already.
    """
    return _for_all(ASSERTIONS, (x_type, y_type), "binary elementwise assert")


def _for_all(listed: str, kinds: tuple, title: str) -> Callable:
    key = (title, *kinds)

    def decorate(handler: Callable) -> Callable:
        if key in _HANDLERS:
            raise ValueError(f"{_HANDLERS[key]} handles the {title} functions of {kinds} already.")
        _HANDLERS[key], _MADE[key] = handler, []
        seen = set()
        for name in listed.split():
            api = _named(name)
            if api is not None and id(api) not in seen:
                seen.add(id(api))
                _MADE[key].append(_handled(api, kinds, handler))
        return handler

    return decorate


def _handled(api: Callable, kinds: tuple, handler: Callable) -> Callable:
    """Registers a handler for one function."""
    api = _of_namespace(api)
    names = _parameters(api)[: len(kinds)]

    def target(*args: Any, **kwargs: Any) -> Any:
        name = kwargs.pop("name", None)
        tensors = [args[i] if i < len(args) else kwargs.pop(one, None) for i, one in enumerate(names)]
        rest = args[len(names) :]
        plain = api if not (rest or kwargs) else lambda *values: api(*values, *rest, **kwargs)
        if name is None:
            return handler(plain, *tensors)
        with name_scope(name):
            return handler(plain, *tensors)

    target.__name__ = target.__qualname__ = f"elementwise_{getattr(handler, '__name__', 'handler')}_{api.__name__}"
    return dispatch_for_api(api, dict(zip(names, kinds)))(target)


def _named(name: str) -> Any:
    """The function of a name, or None if the namespace lacks it."""
    from kerax.compat.tensorflow._root import ROOT

    found: Any = ROOT
    try:
        for part in name.split("."):
            found = getattr(found, part)
    except AttributeError:
        return None
    return found


# ---- functions of the namespace -------------------------------------------------------------------------------------
def _of_namespace(api: Any) -> Any:
    """The function as one that looks for others to be called instead.

    Raises:
      ValueError: if it is none of the namespace.
    """
    if getattr(api, "_kerax_dispatches", None) is api:  # a wrapper has the attributes of what it wraps
        return api
    known = Namespace.replaced.get(id(api))
    if known is not None:
        return known[1]
    ours = inspect.isfunction(api) and (api.__module__ or "").startswith("kerax.")
    if not ours:
        raise ValueError(f"{api} is no function of tf: there is no dispatch for it.")

    @functools.wraps(api)
    def call(*args: Any, **kwargs: Any) -> Any:
        found = instead(call, args, kwargs)
        return api(*args, **kwargs) if found is NotImplemented else found

    call._kerax_dispatches = call  # type: ignore[attr-defined]
    Namespace.replace(api, call)
    return call


def _parameters(api: Any) -> list[str]:
    order = getattr(api, "_kerax_order", None)
    return list(order) if order else [name for name in inspect.signature(api).parameters if name != "self"]


def _check_parameters(parameters: list[str], target: Callable, api: Any) -> bool:
    """Whether a function takes ``name``.

    Raises:
      ValueError: if its other arguments are not those of the function that it is called instead of.
    """
    found = inspect.signature(target).parameters
    kinds = {one.kind for one in found.values()}
    if kinds == {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        return True
    if [name for name in found if name != "name"] != [name for name in parameters if name != "name"]:
        raise ValueError(
            f"{getattr(target, '__qualname__', target)}({', '.join(found)}) does not take the arguments of "
            f"{api.__name__}({', '.join(parameters)})."
        )
    return "name" in found


# ---- types of arguments ---------------------------------------------------------------------------------------------
def _annotations(target: Callable) -> dict[str, Any]:
    kinds = typing.get_type_hints(target)
    kinds.pop("return", None)
    if not kinds:
        raise ValueError("dispatch_for_api needs the types of arguments: as a dictionary, or as annotations.")
    return kinds


def _checks(parameters: list[str], signature: Any, api: Any) -> tuple:
    if not isinstance(signature, dict) or not all(isinstance(key, (str, int)) for key in signature):
        raise TypeError("A signature is a dictionary from names or places of arguments to their types.")
    found = []
    for key, kind in signature.items():
        name = parameters[key] if isinstance(key, int) and key < len(parameters) else key
        if name not in parameters:
            raise ValueError(f"{api.__name__} has no argument {name!r}: it takes {', '.join(parameters)}.")
        found.append((parameters.index(name), name, check_of(kind)))
    return tuple(found)


def check_of(kind: Any) -> Callable[[Any], str]:
    """What says of a value whether it is of a type: "no", "yes", or "own" for types of scripts, ragged and sparse ones.

    Raises:
      ValueError: for types that are no classes, unions of them or lists.
    """
    if kind is None:
        kind = type(None)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        some = [check_of(one) for one in typing.get_args(kind)]
        return lambda value: max((one(value) for one in some), key=_ORDER.index)
    if typing.get_origin(kind) is list:
        one = check_of(typing.get_args(kind)[0])
        return lambda value: _all_of(one, value)
    if isinstance(kind, type):
        return lambda value: _instance(value, kind)
    raise ValueError(f"A type for dispatch is a class, Union[...] or List[...]; received {kind}.")


_ORDER = ("no", "yes", "own")


def _instance(value: Any, kind: type) -> str:
    if not isinstance(value, kind):
        return "no"
    return "own" if isinstance(value, (ExtensionType, Composite)) else "yes"


def _all_of(one: Callable[[Any], str], value: Any) -> str:
    if not isinstance(value, (list, tuple)):
        return "no"
    answers = [one(part) for part in value]
    return "no" if "no" in answers else "own" if "own" in answers else "yes"
