"""Variables, the learning phase and functions over functional models, by their old ``K.`` names."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.backend.recorded import recorded
from kerax.backend.values import get_value
from kerax.config import floatx
from kerax.layers import Input
from kerax.layers.layer import current_training
from kerax.models import Model
from kerax.state import Variable
from kerax.state.naming import reset_names
from kerax.state.phase import default_training, set_default_training


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Variable:
    """Returns a new variable.

    Args:
      value: the first value.
      dtype: its dtype; ``floatx()`` by default.
      name: its name.
      constraint: callable that an optimizer applies after its steps.

    Example:
      >>> import kerax
      >>> kerax.backend.variable([1, 2]).numpy()
      array([1., 2.], dtype=float32)
    """
    return Variable(np.asarray(value), dtype=dtype or floatx(), name=name, constraint=constraint)


def placeholder(
    shape: Any = None,
    ndim: int | None = None,
    dtype: Any = None,
    sparse: bool = False,
    name: str | None = None,
    ragged: bool = False,
) -> Any:
    """Returns a symbolic tensor, as ``kerax.Input`` does for a shape with its batch axis.

    Args:
      shape: sizes, None for unknown ones; or give ``ndim`` for that many unknown ones.
      ndim: number of axes.
      dtype: its dtype; ``floatx()`` by default.
      sparse, ragged: must be False.
      name: its name.

    Raises:
      ValueError: without shape and ndim, or for a sparse or ragged one.

    Example:
      >>> import kerax
      >>> kerax.backend.placeholder((None, 3)).shape
      (None, 3)
    """
    if sparse or ragged:
        raise ValueError("K.placeholder makes dense tensors only: use sparse=False and ragged=False.")
    if shape is None:
        if ndim is None:
            raise ValueError("K.placeholder needs shape or ndim.")
        shape = (None,) * ndim
    return Input(batch_shape=tuple(shape), dtype=dtype, name=name)


def eval(x: Any) -> np.ndarray:
    """Returns the value of an array or variable as a NumPy array.

    Example:
      >>> import kerax
      >>> kerax.backend.eval(kerax.backend.ones((2,)))
      array([1., 1.], dtype=float32)
    """
    return get_value(x)


def batch_get_value(tensors: Sequence[Any]) -> list[np.ndarray]:
    """Returns the values of several variables.

    Example:
      >>> import kerax
      >>> kerax.backend.batch_get_value([kerax.Variable(1.0)])
      [array(1., dtype=float32)]
    """
    return [get_value(x) for x in tensors]


def batch_set_value(tuples: Sequence[tuple[Variable, Any]]) -> None:
    """Assigns several variables from pairs ``(variable, value)``.

    Example:
      >>> import kerax
      >>> rate = kerax.Variable(0.1)
      >>> kerax.backend.batch_set_value([(rate, 0.5)]); float(rate)
      0.5
    """
    for target, value in tuples:
        target.assign(value)


def update(x: Variable, new_x: Any) -> Variable:
    """Assigns a variable and returns it.

    Example:
      >>> import kerax
      >>> kerax.backend.update(kerax.Variable(0.0), 2.0).numpy()
      array(2., dtype=float32)
    """
    return x.assign(new_x)


def update_add(x: Variable, increment: Any) -> Variable:
    """Adds to a variable and returns it.

    Example:
      >>> import kerax
      >>> kerax.backend.update_add(kerax.Variable(1.0), 2.0).numpy()
      array(3., dtype=float32)
    """
    return x.assign_add(increment)


def update_sub(x: Variable, decrement: Any) -> Variable:
    """Subtracts from a variable and returns it.

    Example:
      >>> import kerax
      >>> kerax.backend.update_sub(kerax.Variable(1.0), 2.0).numpy()
      array(-1., dtype=float32)
    """
    return x.assign_sub(decrement)


def moving_average_update(x: Variable, value: Any, momentum: float) -> Variable:
    """Assigns ``momentum x + (1 - momentum) value`` to a variable and returns it.

    Example:
      >>> import kerax
      >>> kerax.backend.moving_average_update(kerax.Variable(1.0), 3.0, 0.5).numpy()
      array(2., dtype=float32)
    """
    return x.assign(x * momentum + jnp.asarray(value) * (1 - momentum))


def count_params(x: Any) -> int:
    """Returns the number of elements of a variable or array.

    Example:
      >>> import kerax
      >>> kerax.backend.count_params(kerax.backend.zeros((2, 3)))
      6
    """
    return int(np.prod(x.shape, dtype=np.int64))


def reset_uids() -> None:
    """Starts automatic names again.

    Example:
      >>> import kerax
      >>> kerax.backend.reset_uids()
    """
    reset_names()


def manual_variable_initialization(value: bool) -> None:
    """Accepted for older programs: variables always have their first value from the start.

    Example:
      >>> import kerax
      >>> kerax.backend.manual_variable_initialization(False)
    """


def print_tensor(x: Any, message: str = "", summarize: int = 3) -> Any:
    """Prints an array while the program runs, also inside a compiled one, and returns it.

    Args:
      x: array.
      message: printed before it.
      summarize: accepted for tf.keras's sake; JAX shortens long arrays itself.

    Example:
      >>> import kerax
      >>> _ = kerax.backend.print_tensor(kerax.backend.ones((2,)), "x = ")
    """
    return _printed(x, message)


@recorded
def _printed(x: Any, message: str) -> Any:
    text = message.replace("{", "{{").replace("}", "}}")
    jax.debug.callback(lambda value: print(f"{text}{value}", file=sys.stderr), x)
    return jnp.asarray(x)


def learning_phase() -> Any:
    """Returns 1 while training and 0 otherwise, as the layer whose call is under way was told.

    Example:
      >>> import kerax
      >>> kerax.backend.learning_phase()
      0
    """
    phase = current_training()
    return phase if isinstance(phase, jax.Array) else int(bool(phase))


def set_learning_phase(value: int | bool) -> None:
    """Sets whether layers that are told nothing run as in training.

    Args:
      value: 0 or 1.

    Raises:
      ValueError: for something else.

    Example:
      >>> import kerax
      >>> kerax.backend.set_learning_phase(0)
    """
    if value not in (0, 1):
        raise ValueError(f"The learning phase is 0 or 1, received {value!r}.")
    set_default_training(True if value else None)


@contextlib.contextmanager
def learning_phase_scope(value: int | bool) -> Iterator[None]:
    """Sets the learning phase inside a ``with`` block.

    Args:
      value: 0 or 1.

    Example:
      >>> import kerax
      >>> with kerax.backend.learning_phase_scope(1):
      ...     kerax.backend.learning_phase()
      1
    """
    before = default_training()
    set_learning_phase(value)
    try:
        yield
    finally:
        set_default_training(before)


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """Returns ``x`` while training and ``alt`` otherwise.

    Args:
      x: array, or function without arguments that returns one.
      alt: likewise.
      training: 0, 1 or a traced flag; the learning phase by default.

    Example:
      >>> import kerax
      >>> kerax.backend.in_train_phase(1.0, 2.0, training=0)
      2.0
    """
    phase = learning_phase() if training is None else training
    if isinstance(phase, jax.core.Tracer):
        return jnp.where(phase, _evaluated(x), _evaluated(alt))
    return _evaluated(x if phase else alt)


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """Returns ``x`` outside of training and ``alt`` in it.

    Args:
      x: array, or function without arguments that returns one.
      alt: likewise.
      training: 0, 1 or a traced flag; the learning phase by default.

    Example:
      >>> import kerax
      >>> kerax.backend.in_test_phase(1.0, 2.0, training=0)
      1.0
    """
    return in_train_phase(alt, x, training)


def _evaluated(value: Any) -> Any:
    return value() if callable(value) else value


def function(inputs: Any, outputs: Any, updates: Any = None, name: str | None = None, **kwargs: Any) -> Callable:
    """Returns a function from arrays to NumPy arrays that computes symbolic tensors from others.

    Args:
      inputs: symbolic tensors; a Python number among them, such as ``K.learning_phase()``, is the place of the learning
        phase.
      outputs: the symbolic tensors to compute.
      updates: must be empty: functions of arrays change nothing.
      name: name of the model behind it.
      **kwargs: nothing more is known.

    Returns:
      A function of a list of arrays (or of one array); it returns a list for a list of outputs.

    Raises:
      ValueError: for updates, unknown arguments, or outputs that the inputs do not determine.

    Example:
      >>> import kerax, numpy as np
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Activation("relu")])
      >>> run = kerax.backend.function([model.input], [model.output])
      >>> run([np.array([[-1.0, 2.0]], "float32")])
      [array([[0., 2.]], dtype=float32)]
    """
    if updates:
        raise ValueError("K.function cannot assign variables: use a kerax.Model with its own train_step instead.")
    if kwargs:
        raise ValueError(f"K.function received unknown argument {next(iter(kwargs))!r}.")
    places = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    phases = [place for place, tensor in enumerate(places) if isinstance(tensor, (bool, int, np.integer))]
    tensors = [tensor for place, tensor in enumerate(places) if place not in phases]
    model = Model(tensors if len(tensors) > 1 else tensors[0], outputs, name=name)
    alone = isinstance(outputs, (list, tuple)) and len(outputs) == 1  # a model takes the list away, K.function keeps it

    def run(values: Any) -> Any:
        given = list(values) if isinstance(values, (list, tuple)) else [values]
        if len(given) != len(places):
            raise ValueError(f"This K.function takes {len(places)} values, received {len(given)}.")
        training = bool(given[phases[0]]) if phases else default_training()
        arrays = [jnp.asarray(value) for place, value in enumerate(given) if place not in phases]
        result = jax.tree.map(np.asarray, model(arrays if len(arrays) > 1 else arrays[0], training=training))
        return [result] if alone else result

    return run


def gradients(loss: Any, variables: Any) -> Any:
    """Refuses, as TensorFlow 2 does: a value does not know how it came about.

    Raises:
      RuntimeError: always; it names what takes its place.

    Example:
      >>> import kerax
      >>> try:
      ...     kerax.backend.gradients(0.0, [])
      ... except RuntimeError as error:
      ...     print("GradientTape" in str(error))
      True
    """
    raise RuntimeError(
        "K.gradients needs the graphs of TensorFlow 1. Record the computation with kerax.GradientTape and ask the tape "
        "for tape.gradient(loss, variables), or write it as a function and use kerax.value_and_grad or jax.grad."
    )
