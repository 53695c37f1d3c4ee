"""Teaches kerax's classes to be called by scripts, and to call what scripts derive from them.

Methods of kerax's own classes take tensors and then return tensors; with arrays they do what they always do. Methods of
a script's subclasses are given tensors where a script called for them. Both are decided when a class is made.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from kerax import callbacks, constraints, initializers, regularizers
from kerax.compat.tensorflow import (
    _keras_arguments,
    _keras_attention,
    _keras_methods,
    _keras_saving,
    _keras_types,
    _legacy_optimizers,
    _metric_results,
    _model_attributes,
    _optimizer_methods,
    _same_functions,
)
from kerax.compat.tensorflow._edges import (
    entering,
    graph_mode,
    handed_in,
    in_script,
    inside,
    leaving,
    on_side,
    script_mode,
    unwrap,
    wrap,
)
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.layers import Discretization, Normalization
from kerax.layers.layer import Layer
from kerax.layers.preprocessing.host_layer import HostLayer
from kerax.losses import Loss
from kerax.metrics import Metric
from kerax.optimizers import Optimizer
from kerax.optimizers.schedules import LearningRateSchedule
from kerax.random import SeedGenerator
from kerax.registry.family import Family
from kerax.state.operation import is_shape
from kerax.state.symbolic import SymbolicTensor
from kerax.training.custom_steps import CompiledLossView, CompiledMetricsView

_CALLBACK = [name for name in dir(callbacks.Callback) if name.startswith("on_")]
# Base class -> methods of a script's classes that kerax calls.
_METHODS: dict[type, Iterable[str]] = {
    Layer: "call build compute_mask compute_output_shape train_step test_step predict_step compute_loss "
    "compute_metrics "
    "get_initial_state".split(),
    Metric: "update_state result reset_state reset_states".split(),
    Loss: ["call"],
    Optimizer: "update_step build".split(),
    initializers.Initializer: ["__call__"],
    regularizers.Regularizer: ["__call__"],
    constraints.Constraint: ["__call__"],
    LearningRateSchedule: ["__call__"],
    callbacks.Callback: _CALLBACK,
    SeedGenerator: [],
}
_SHAPES = ("build", "compute_output_shape")
_FILLING = ("save_own_variables",)  # these write into a dictionary that they are given


def _entering_shapes(function: Callable) -> Callable:
    """``compute_output_shape`` for scripts: shapes come back as TensorShape."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not in_script():
            return function(*args, **kwargs)
        with on_side(kerax=True):
            result = function(*unwrap(args), **unwrap(kwargs))
        return _shapes(result)

    call._kerax_entering = True  # type: ignore[attr-defined]
    return call


def _shapes(tree: Any) -> Any:
    """TensorShape for every shape in a structure of shapes."""
    if isinstance(tree, TensorShape) or tree is None:
        return tree
    if is_shape(tree):
        return TensorShape(tree)
    if isinstance(tree, (tuple, list)):
        return type(tree)([_shapes(one) for one in tree])
    return {key: _shapes(one) for key, one in tree.items()} if isinstance(tree, dict) else tree


def _leaving_shapes(function: Callable) -> Callable:
    """``build`` and ``compute_output_shape`` of a script: shapes are TensorShapes there."""

    @functools.wraps(function)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not inside():
            return function(self, *args, **kwargs)
        with on_side(kerax=False):
            if in_script():
                args, kwargs = tuple(_shapes(one) for one in args), {key: _shapes(one) for key, one in kwargs.items()}
            return unwrap(function(self, *args, **kwargs))

    call._kerax_leaving = True  # type: ignore[attr-defined]
    return call


def _prepare(cls: type, theirs: Iterable[str]) -> None:
    own = (cls.__module__ or "").partition(".")[0] == "kerax"
    for name, member in list(cls.__dict__.items()):
        if (
            not isinstance(member, FunctionType)
            or hasattr(member, "_kerax_entering")
            or hasattr(member, "_kerax_leaving")
        ):
            continue
        if own:
            if name == "compute_output_shape":
                setattr(cls, name, _entering_shapes(member))
            elif name not in _FILLING and (not name.startswith("_") or name in ("__init__", "__call__")):
                setattr(cls, name, entering(member))
        elif name in theirs:
            setattr(cls, name, _leaving_shapes(member) if name in _SHAPES else leaving(member))


def _all_below(cls: type) -> Iterable[type]:
    """A class, what it is made of, and its subclasses."""
    yield from (part for part in cls.__mro__ if part is not object)
    below: type
    for below in cls.__subclasses__():
        yield from _all_below(below)


def _watch(base: type, theirs: Iterable[str]) -> None:
    original: Any = base.__dict__.get("__init_subclass__")

    def __init_subclass__(cls: type, **kwargs: Any) -> None:
        if original is not None:
            original.__func__(cls, **kwargs)
        else:
            super(base, cls).__init_subclass__(**kwargs)
        _prepare(cls, theirs)

    base.__init_subclass__ = classmethod(__init_subclass__)  # type: ignore[assignment]


def _getter(base: type, name: str) -> None:
    """A property whose arrays are tensors for scripts."""
    plain: Any = base.__dict__[name]

    def look(self: Any) -> Any:
        if inside() or not in_script():
            return plain.fget(self)
        with on_side(kerax=True):
            found = plain.fget(self)
        return wrap(found)

    setattr(base, name, property(look, plain.fset, plain.fdel, plain.__doc__))


def _symbolic_shapes() -> None:
    """Shapes and types of symbolic tensors, where a script looks."""
    from kerax.compat.tensorflow._dtypes import as_dtype

    for name, ours in (("shape", TensorShape), ("dtype", as_dtype)):
        plain: Any = SymbolicTensor.__dict__[name]

        def look(self: Any, plain: Any = plain, ours: Any = ours) -> Any:
            found = plain.fget(self)
            return ours(found) if in_script() else found

        setattr(SymbolicTensor, name, property(look, doc=plain.__doc__))
    SymbolicTensor._keras_mask = property(_symbolic_mask)  # type: ignore[attr-defined]
    SymbolicTensor.get_shape = _get_shape  # type: ignore[attr-defined]
    SymbolicTensor.set_shape = _set_shape  # type: ignore[attr-defined]


def _get_shape(self: SymbolicTensor) -> Any:
    """The shape."""
    return self.shape


def _set_shape(self: SymbolicTensor, shape: Any) -> None:
    """Fills in sizes that a graph does not know; elsewhere shapes are inferred."""
    if graph_mode():
        from kerax.compat.tensorflow._v1_texts import with_shape

        with_shape(self, shape)


def _names_first() -> None:
    """``add_weight("kernel", [3, 4])``: in tf.keras the name comes first, in Keras 3 the shape."""
    plain: Any = Layer.add_weight

    @functools.wraps(plain)
    def add_weight(self: Any, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], str):
            kwargs.update(
                zip(("name", "shape", "dtype", "initializer", "regularizer", "trainable"), args, strict=False)
            )
            args = ()
        return plain(self, *args, **kwargs)

    add_weight._kerax_entering = True  # type: ignore[attr-defined]
    Layer.add_weight = add_weight  # type: ignore[method-assign]


def _shapes_of_models() -> None:
    """``model.input_shape`` is a tuple in tf.keras, unlike the shape of a tensor."""
    from kerax import Model

    for base in (Layer, Model):
        for name in ("input_shape", "output_shape"):
            plain: Any = base.__dict__.get(name)
            if isinstance(plain, property):
                setattr(base, name, property(functools.partial(_as_tuples, plain), doc=plain.__doc__))


def _as_tuples(plain: Any, self: Any) -> Any:
    found = plain.fget(self)
    return _plain_shapes(found) if in_script() else found


def _plain_shapes(tree: Any) -> Any:
    if isinstance(tree, TensorShape):
        return tuple(tree.as_list())
    if isinstance(tree, list):
        return [_plain_shapes(one) for one in tree]
    return {key: _plain_shapes(one) for key, one in tree.items()} if isinstance(tree, dict) else tree


def _layers_as_modules() -> None:
    """What a layer of tf.keras has because it is a ``tf.Module``: submodules and a scope of its name."""
    from kerax.compat.tensorflow._control import name_scope

    def submodules(self: Any) -> tuple:
        from kerax.compat.tensorflow._module import Module

        return Module.submodules.fget(self)  # type: ignore[attr-defined]

    Layer.submodules = property(submodules, doc="All layers and modules inside.")  # type: ignore[attr-defined]
    Layer.name_scope = property(  # type: ignore[attr-defined]
        lambda self: name_scope(f"{self.name}/"), doc="A scope of its name."
    )


def _symbolic_mask(tensor: SymbolicTensor) -> SymbolicTensor:
    if tensor.mask_rank is None:
        raise AttributeError("_keras_mask")
    return SymbolicTensor(tuple(tensor.shape)[: tensor.mask_rank], "bool", name=f"{tensor.name}_mask")


def _families() -> None:
    plain = Family.get

    @functools.wraps(plain)
    def get(self: Any, identifier: Any) -> Any:
        if identifier == "hard_sigmoid" and self.kind == "activation" and script_mode():
            identifier = "legacy_hard_sigmoid"  # what tf.keras means by the name
        found = plain(self, identifier)
        kind = type(found).__name__
        if kind in ("function", "method", "partial", "Function") and callable(found):
            return handed_in(found)
        return found

    Family.get = get  # type: ignore[method-assign]


def _name_of_the_rate(cls: type) -> None:
    """The learning rate in the logs is ``lr`` in tf.keras, ``learning_rate`` in Keras 3."""
    plain: Any = cls.__dict__["on_epoch_end"]

    @functools.wraps(plain)
    def on_epoch_end(self: Any, epoch: int, logs: Any = None) -> None:
        known = logs is not None and "learning_rate" in logs
        plain(self, epoch, logs)
        if script_mode() and logs is not None and not known and "learning_rate" in logs:
            logs["lr"] = logs.pop("learning_rate")

    cls.on_epoch_end = on_epoch_end  # type: ignore[attr-defined]


def install_estimators() -> None:
    """The same for Estimators, when a script first asks for them."""
    from kerax import estimators
    from kerax.estimators import batches

    if estimators.Estimator in _METHODS:
        return
    hook = estimators.SessionRunHook
    added: dict[type, Iterable[str]] = {
        estimators.Estimator: [],
        estimators.EstimatorSpec: [],
        estimators.Head: [],
        estimators.TrainSpec: [],
        estimators.EvalSpec: [],
        hook: [name for name in dir(hook) if not name.startswith("_")],
    }
    _METHODS.update(added)
    for base, theirs in added.items():
        for cls in list(_all_below(base)):
            _prepare(cls, theirs)
        _watch(base, theirs)
    batches.around.append(_noted_inputs)
    for name in ("export_saved_model", "experimental_export_all_saved_models"):
        setattr(estimators.Estimator, name, _as_bytes(getattr(estimators.Estimator, name)))


def _noted_inputs(call: Any) -> Any:
    """What an ``input_fn`` gives, with what it notes down as in TensorFlow 1 computed for every batch."""
    from kerax.compat.tensorflow._graph_inputs import inputs_of

    return inputs_of(call)


def _as_bytes(plain: Any) -> Any:
    """Paths come as bytes in TensorFlow 1's part: scripts decode them."""

    @functools.wraps(plain)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        said = in_script()
        path = plain(self, *args, **kwargs)
        return os.fsencode(path) if said else path

    call._kerax_entering = True  # type: ignore[attr-defined]
    return call


def _wide_numbers() -> None:
    """Class and token numbers are 64 bits wide in TensorFlow, which counts where they meet other tensors."""
    _widen(Discretization)
    for cls in {one for one in _all_below(HostLayer) if issubclass(one, HostLayer) and "__call__" in vars(one)}:
        _widen(cls)


def _widen(cls: type) -> None:
    plain: Any = cls.__call__

    @functools.wraps(plain)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = plain(self, *args, **kwargs)
        whole = isinstance(found, Tensor) and found.dtype.is_integer
        wide = whole and (not isinstance(self, HostLayer) or self.output_dtype() == "int64")
        return Tensor(found._value, "int64") if wide else found

    call._kerax_entering = True  # type: ignore[attr-defined]
    cls.__call__ = call  # type: ignore[method-assign]


_done = [False]


def install() -> None:
    """Does it once."""
    if _done[0]:
        return
    _done[0] = True
    for base, theirs in _METHODS.items():
        for cls in list(_all_below(base)):
            _prepare(cls, theirs)
        _watch(base, theirs)
    for view, names in ((CompiledLossView, ["__call__"]), (CompiledMetricsView, ["update_state", "result"])):
        for name in names:
            setattr(view, name, entering(view.__dict__[name]))
    for base, name in (
        (Layer, "losses"),
        (Normalization, "mean"),
        (Normalization, "variance"),
        (Optimizer, "learning_rate"),
        (Optimizer, "iterations"),
    ):
        _getter(base, name)
    for cls in (callbacks.LearningRateScheduler, callbacks.ReduceLROnPlateau):
        _name_of_the_rate(cls)
    _names_first()
    _layers_as_modules()
    _shapes_of_models()
    _symbolic_shapes()
    _wide_numbers()
    _families()
    _keras_saving.install()
    _keras_arguments.install()
    _keras_methods.install()
    _keras_attention.install()
    _keras_types.install()
    _optimizer_methods.install()
    _metric_results.install()
    _model_attributes.install()
    _same_functions.install()
    _legacy_optimizers.install()
