"""``tf.compat.v1.nn.rnn_cell``: cells of recurrent networks, with the variables that they have in TensorFlow 1."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax

from kerax.compat.tensorflow import _math as math
from kerax.compat.tensorflow._creating import zeros
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._joining import concat, split
from kerax.compat.tensorflow._linalg import matmul
from kerax.compat.tensorflow._nn_conv import bias_add
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_layer import Layer
from kerax.compat.tensorflow._v1_layer_kinds import activation_of
from kerax.compat.tensorflow._v1_parts import constant_initializer, zeros_initializer
from kerax.jax_compat import in_trace
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor


class LSTMStateTuple(NamedTuple):
    """The state of a cell with long short-term memory: the carry and the output.

    Attributes:
      c: the carry.
      h: the output.
    """

    c: Any
    h: Any

    @property
    def dtype(self) -> Any:
        """The type of both.

        Raises:
          TypeError: if they are of different types.
        """
        if self.c.dtype != self.h.dtype:
            raise TypeError(f"Inconsistent dtypes for internal state: {self.c.dtype} vs {self.h.dtype}")
        return self.c.dtype


def is_one(value: Any) -> bool:
    """Whether a value is a single tensor of a structure."""
    return isinstance(value, (Tensor, SymbolicTensor, Variable, TensorShape)) or (
        hasattr(value, "dtype") and not isinstance(value, tuple)
    )


def of_each(function: Any, *trees: Any) -> Any:
    """A function of every tensor in structures of one kind."""
    return jax.tree.map(function, *trees, is_leaf=is_one)


class RNNCell(Layer):
    """The base class of cells: ``cell(inputs, state)`` returns the output and the new state.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> class Sum(tf.compat.v1.nn.rnn_cell.RNNCell):
      ...     state_size = output_size = 2
      ...     def call(self, inputs, state):
      ...         return inputs + state, inputs + state
      >>> cell = Sum()
      >>> output, _ = cell(tf.ones([1, 2]), cell.zero_state(1, tf.float32))
      >>> output.numpy().tolist()
      [[1.0, 1.0]]
    """

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """The output and the new state.

        Args:
          inputs: shape (batch, features).
          state: as ``state_size`` says.
          scope: where the variables are; of the cell's name by default.
          *args, **kwargs: further arguments of ``call``.
        """
        more = {} if scope is None else {"scope": scope}
        return super().__call__(inputs, state, *args, **more, **kwargs)

    @property
    def state_size(self) -> Any:
        """The size of the state, or several."""
        raise NotImplementedError("Abstract method: a cell says its state_size.")

    @property
    def output_size(self) -> Any:
        """The size of the output."""
        raise NotImplementedError("Abstract method: a cell says its output_size.")

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """A state of zeros.

        Args:
          batch_size: how many rows.
          dtype: of the state.
        """
        return zeros_of(self.state_size, batch_size, dtype)

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """A state of zeros for a batch."""
        if inputs is not None:
            batch_size, dtype = batch_of(inputs, 0), inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError(
                "batch_size and dtype cannot be None while constructing initial state: "
                f"batch_size={batch_size}, dtype={dtype}"
            )
        return self.zero_state(batch_size, dtype)


def zeros_of(size: Any, batch: Any, dtype: Any) -> Any:
    """Zeros of the sizes in a structure, for a batch."""
    if isinstance(size, (tuple, list)) and not isinstance(size, TensorShape):
        parts = [zeros_of(one, batch, dtype) for one in size]
        return type(size)(*parts) if hasattr(size, "_fields") else type(size)(parts)
    sizes = size.as_list() if isinstance(size, TensorShape) else [getattr(size, "value", size)]
    first = zeros([batch, *sizes], dtype)
    if not graph_mode() or isinstance(first, SymbolicTensor) or in_trace():
        return first
    from kerax.compat.tensorflow._graph import placeholder_with_default

    return placeholder_with_default(first, first.shape, "zeros")  # sessions are fed with states


def batch_of(value: Any, axis: int) -> Any:
    """The size of an axis: a number if it is known, else a tensor."""
    known = TensorShape(value.shape)[axis]
    if known is not None:
        return int(known)
    from kerax.compat.tensorflow._creating import shape

    return shape(value)[axis]


class LayerRNNCell(RNNCell):
    """The base class of cells whose variables are made by ``build``."""

    def __init__(self, trainable: bool = True, reuse: Any = None, name: Any = None, dtype: Any = None, **kwargs: Any):
        super().__init__(trainable=trainable, name=name, dtype=dtype, _reuse=reuse, **kwargs)

    def _features(self, input_shape: Any) -> int:
        size = input_shape[-1]
        if size is None:
            raise ValueError(f"Expected inputs.shape[-1] to be known, saw shape: {input_shape}")
        return int(size)


class BasicRNNCell(LayerRNNCell):
    """``output = new_state = activation(W [input, state] + b)``.

    Args:
      num_units: size of the output and of the state.
      activation: tanh by default.
      reuse: whether the variables are shared.
      name: of the scope; "basic_rnn_cell" by default.
      dtype: of the variables.
      **kwargs: accepted as in TensorFlow.
    """

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units, self._activation = num_units, activation_of(activation) or math.tanh

    state_size = property(lambda self: self._num_units, doc="The size of the state.")
    output_size = property(lambda self: self._num_units, doc="The size of the output.")

    def build(self, input_shape: Any) -> None:
        """Makes the variables."""
        size = self._features(input_shape) + self._num_units
        self._kernel = self.add_weight("kernel", [size, self._num_units])
        self._bias = self.add_weight("bias", [self._num_units], initializer=zeros_initializer())

    def call(self, inputs: Any, state: Any) -> Any:  # type: ignore[override]
        """The output, twice."""
        output = self._activation(bias_add(matmul(concat([inputs, state], 1), self._kernel), self._bias))
        return output, output


class GRUCell(LayerRNNCell):
    """Gated recurrent unit (Cho et al. 2014, https://arxiv.org/abs/1406.1078); the gates' biases begin with 1.

    Args:
      num_units: size of the output and of the state.
      activation: of the candidate; tanh by default.
      reuse: whether the variables are shared.
      kernel_initializer: of both kernels.
      bias_initializer: of both biases.
      name: of the scope; "gru_cell" by default.
      dtype: of the variables.
      **kwargs: accepted as in TensorFlow.
    """

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: Any = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units, self._activation = num_units, activation_of(activation) or math.tanh
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    state_size = property(lambda self: self._num_units, doc="The size of the state.")
    output_size = property(lambda self: self._num_units, doc="The size of the output.")

    def build(self, input_shape: Any) -> None:
        """Makes the variables."""
        size, units = self._features(input_shape) + self._num_units, self._num_units
        first, begin = self._kernel_initializer, self._bias_initializer
        self._gate_kernel = self.add_weight("gates/kernel", [size, 2 * units], initializer=first)
        self._gate_bias = self.add_weight(
            "gates/bias", [2 * units], initializer=begin if begin is not None else constant_initializer(1.0)
        )
        self._kernel = self.add_weight("candidate/kernel", [size, units], initializer=first)
        self._bias = self.add_weight(
            "candidate/bias", [units], initializer=begin if begin is not None else zeros_initializer()
        )

    def call(self, inputs: Any, state: Any) -> Any:  # type: ignore[override]
        """The output, twice."""
        gates = math.sigmoid(bias_add(matmul(concat([inputs, state], 1), self._gate_kernel), self._gate_bias))
        r, u = split(gates, 2, 1)
        candidate = bias_add(matmul(concat([inputs, r * state], 1), self._kernel), self._bias)
        output = u * state + (1 - u) * self._activation(candidate)
        return output, output


class _Memory(LayerRNNCell):
    """What both kinds of cells with long short-term memory share: states as tuples or side by side."""

    _state_is_tuple: bool

    def _apart(self, state: Any) -> tuple:
        if self._state_is_tuple:
            return state[0], state[1]
        sizes = [self._num_units, self.output_size]  # type: ignore[attr-defined]
        return tuple(split(state, sizes, 1))

    def _together(self, c: Any, h: Any) -> Any:
        return LSTMStateTuple(c, h) if self._state_is_tuple else concat([c, h], 1)


class BasicLSTMCell(_Memory):
    """Long short-term memory (Hochreiter & Schmidhuber 1997; forget bias: Gers et al. 1999), without extras.

    Args:
      num_units: size of the output and of the carry.
      forget_bias: added to the forget gate's bias.
      state_is_tuple: whether states are `LSTMStateTuple`; else carry and output side by side.
      activation: tanh by default.
      reuse: whether the variables are shared.
      name: of the scope; "basic_lstm_cell" by default.
      dtype: of the variables.
      **kwargs: accepted as in TensorFlow.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units, self._forget_bias, self._state_is_tuple = num_units, forget_bias, state_is_tuple
        self._activation = activation_of(activation) or math.tanh

    @property
    def state_size(self) -> Any:
        """The sizes of carry and output, or their sum."""
        units = self._num_units
        return LSTMStateTuple(units, units) if self._state_is_tuple else 2 * units

    output_size = property(lambda self: self._num_units, doc="The size of the output.")

    def build(self, input_shape: Any) -> None:
        """Makes the variables."""
        units = self._num_units
        self._kernel = self.add_weight("kernel", [self._features(input_shape) + units, 4 * units])
        self._bias = self.add_weight("bias", [4 * units], initializer=zeros_initializer())

    def call(self, inputs: Any, state: Any) -> Any:  # type: ignore[override]
        """The output and the new state."""
        c, h = self._apart(state)
        gates = bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias)
        i, j, f, o = split(gates, 4, 1)
        carry = c * math.sigmoid(f + self._forget_bias) + math.sigmoid(i) * self._activation(j)
        output = self._activation(carry) * math.sigmoid(o)
        return output, self._together(carry, output)


class LSTMCell(_Memory):
    """Long short-term memory with peepholes, clipping and a projection (Sak et al. 2014).

    Args:
      num_units: size of the carry.
      use_peepholes: whether gates see the carry.
      cell_clip: largest absolute value of the carry.
      initializer: of the kernels.
      num_proj: size of the output; the carry's by default.
      proj_clip: largest absolute value of the projected output.
      num_unit_shards, num_proj_shards: accepted as in TensorFlow.
      forget_bias: added to the forget gate's bias.
      state_is_tuple: whether states are `LSTMStateTuple`; else carry and output side by side.
      activation: tanh by default.
      reuse: whether the variables are shared.
      name: of the scope; "lstm_cell" by default.
      dtype: of the variables.
      **kwargs: accepted as in TensorFlow.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: Any = None,
        num_proj_shards: Any = None,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units, self._use_peepholes, self._cell_clip = num_units, use_peepholes, cell_clip
        self._initializer, self._num_proj, self._proj_clip = initializer, num_proj, proj_clip
        self._forget_bias, self._state_is_tuple = forget_bias, state_is_tuple
        self._activation = activation_of(activation) or math.tanh

    @property
    def state_size(self) -> Any:
        """The sizes of carry and output, or their sum."""
        sizes = LSTMStateTuple(self._num_units, self.output_size)
        return sizes if self._state_is_tuple else sum(sizes)

    output_size = property(lambda self: self._num_proj or self._num_units, doc="The size of the output.")

    def build(self, input_shape: Any) -> None:
        """Makes the variables."""
        units, first = self._num_units, self._initializer
        size = self._features(input_shape) + self.output_size
        self._kernel = self.add_weight("kernel", [size, 4 * units], initializer=first)
        self._bias = self.add_weight("bias", [4 * units], initializer=zeros_initializer())
        if self._use_peepholes:
            self._f, self._i, self._o = (
                self.add_weight(f"w_{gate}_diag", [units], initializer=first) for gate in "fio"
            )
        if self._num_proj is not None:
            self._projection = self.add_weight("projection/kernel", [units, self._num_proj], initializer=first)

    def call(self, inputs: Any, state: Any) -> Any:  # type: ignore[override]
        """The output and the new state."""
        c, h = self._apart(state)
        gates = bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias)
        i, j, f, o = split(gates, 4, 1)
        if self._use_peepholes:
            f, i = f + self._f * c, i + self._i * c
        carry = math.sigmoid(f + self._forget_bias) * c + math.sigmoid(i) * self._activation(j)
        if self._cell_clip is not None:
            carry = math.clip_by_value(carry, -self._cell_clip, self._cell_clip)
        if self._use_peepholes:
            o = o + self._o * carry
        output = math.sigmoid(o) * self._activation(carry)
        if self._num_proj is not None:
            output = matmul(output, self._projection)
            if self._proj_clip is not None:
                output = math.clip_by_value(output, -self._proj_clip, self._proj_clip)
        return output, self._together(carry, output)
