"""How classes of extension types are made: their constructors and their ``Spec``."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from kerax.compat.tensorflow._extension_fields import NO_DEFAULT, is_reserved
from kerax.compat.tensorflow._spec import TypeSpec

OPEN = "_tf_extension_type_in_constructor"  # an attribute of values whose constructor runs


def check_names(cls: type, namespace: dict) -> None:
    """Raises ValueError for names that fields cannot have, and for fields without annotation."""
    kinds = namespace.get("__annotations__") or getattr(cls, "__annotations__", {})
    start = f"The fields of {cls.__name__} are not right:"
    for name, value in namespace.items():
        if name == "Spec":
            if not isinstance(value, type):
                raise ValueError(f"{cls.__qualname__}.Spec must be a class, received {value!r}.")
            if value.__bases__ not in ((TypeSpec,), (object,)):
                raise ValueError(f"{cls.__qualname__}.Spec must be derived from tf.TypeSpec or nothing.")
        elif is_reserved(name):
            raise ValueError(f"{start} No field may be called {name!r}.")
        special = name.startswith("_abc_") or (name.startswith("__") and name.endswith("__"))
        known = callable(value) or isinstance(value, (property, classmethod, staticmethod))
        if not (name in kinds or special or known):
            raise ValueError(f"{start} {name!r} has no type annotation.")
    for name in kinds:
        if is_reserved(name):
            raise ValueError(f"{start} No field may be called {name!r}.")


def build_constructor(cls: Any) -> None:
    """Gives a class a constructor of its fields, or lets its own one write them."""
    if "__init__" in cls.__dict__:
        _after_own_constructor(cls, False)
        return
    fields = cls._tf_extension_type_fields()
    first = next((i for i, one in enumerate(fields) if one.default is not NO_DEFAULT), len(fields))
    late = next((i for i in range(first, len(fields)) if fields[i].default is NO_DEFAULT), len(fields))
    parameters = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD if i < late else inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if one.default is NO_DEFAULT else one.default,
            annotation=one.kind,
        )
        for i, one in enumerate(fields)
    ]
    _constructor(cls, parameters, False)


def _constructor(cls: Any, parameters: list, spec: bool) -> None:
    signature = inspect.Signature(parameters)

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        self.__dict__.update(bound.arguments)
        self._finish(spec)

    me = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    __init__.__signature__ = inspect.Signature([me, *parameters], return_annotation=cls)  # type: ignore[attr-defined]
    cls.__init__ = __init__


def _after_own_constructor(cls: Any, spec: bool) -> None:
    """Lets the fields be written while the script's own constructor runs, and checks them after it."""
    own = cls.__init__

    @functools.wraps(own)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        self.__dict__[OPEN] = True
        try:
            own(self, *args, **kwargs)
        finally:
            del self.__dict__[OPEN]
        self._finish(spec)

    cls.__init__ = __init__


def build_spec(cls: Any, base: type, batchable: bool) -> None:
    """Gives a class its ``Spec``.

    Args:
      cls: the extension type.
      base: what the Spec is derived from.
      batchable: whether several values can be put together.

    Raises:
      ValueError: for members that the script's own ``Spec`` may not have.
    """
    members: dict[str, Any] = {"value_type": cls, "__module__": cls.__module__}
    names = {one.name for one in cls._tf_extension_type_fields()}
    for name, value in vars(cls.__dict__.get("Spec", object)).items() if "Spec" in cls.__dict__ else ():
        if is_reserved(name):
            raise ValueError(f"TypeSpec {cls.__qualname__}.Spec may not define {name!r}.")
        if name in names:
            raise ValueError(
                f"TypeSpec {cls.__qualname__}.Spec defines a variable '{name}' which shadows a field in "
                f"{cls.__qualname__}"
            )
        if name not in ("__module__", "__dict__", "__weakref__"):
            members[name] = value
    if batchable:
        if hasattr(cls, "__batch_encoder__"):
            members.setdefault("__batch_encoder__", cls.__batch_encoder__)
    elif hasattr(cls, "__batch_encoder__") or "__batch_encoder__" in members:
        raise ValueError("__batch_encoder__ should only be defined for BatchableExtensionType classes.")
    spec = type(f"{cls.__name__}.Spec", (base,), members)
    spec.__qualname__ = f"{cls.__qualname__}.Spec"
    cls.Spec = spec
    if "__init__" in members:
        _after_own_constructor(spec, True)
    else:
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        _constructor(spec, [inspect.Parameter(one.name, kind) for one in cls._tf_extension_type_fields()], True)
