"""``tf.compat.v1.nn.dynamic_rnn`` and its like: cells called along a sequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax.compat.tensorflow._core import array, op, tensor
from kerax.compat.tensorflow._edges import graph_mode, unwrap
from kerax.compat.tensorflow._graph import Evaluation, NextElement
from kerax.compat.tensorflow._graph_flow import spec_of
from kerax.compat.tensorflow._graph_gradients import behind, outside_of
from kerax.compat.tensorflow._graph_state import drawing, named
from kerax.compat.tensorflow._joining import reverse, reverse_sequence, stack, unstack
from kerax.compat.tensorflow._random import LoopKeys, next_key
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_cells import batch_of, is_one, of_each
from kerax.compat.tensorflow._v1_scopes import variable_scope
from kerax.jax_compat import in_trace
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor, attach


def _leaves(tree: Any) -> list:
    return jax.tree.leaves(tree, is_leaf=is_one)


@op
def _time_first(x: Any) -> Any:
    return Tensor(jnp.swapaxes(array(x), 0, 1))


@op
def kept(going: Any, new: Any, old: Any) -> Any:
    """New rows where a sequence goes on, old ones where it has ended."""
    one, two = array(new), array(old)
    rows = array(going).reshape([-1] + [1] * (one.ndim - 1))
    return Tensor(jnp.where(rows, one, jnp.broadcast_to(two, one.shape).astype(one.dtype)))


class _Loop(NextElement):
    """A cell along the rows of its inputs, as one operation of a graph.

    In a compiled program it is one loop of XLA; computed one by one it calls the cell for every row.

    Args:
      step: ``(number, rows, state)``, symbolic tensors that stand for what a step is given.
      results: ``(outputs, new state)``, symbolic tensors computed of them.
      inputs: the sequences, time first.
      state: the first state.
    """

    pure = fresh = True

    def __init__(self, step: Any, results: Any, inputs: Any, state: Any):
        self.step, self.results, self.inputs, self.state = step, results, inputs, state
        own = {id(one) for one in _leaves(step)}
        found = behind(_leaves(results))
        outer = [one for one in found if isinstance(one, Variable) or (one.node is None and id(one) not in own)]
        outside = outside_of(_leaves(results), own)
        self.variables = [one for one in found if isinstance(one, Variable)]
        self.trainable_variables = [one for one in self.variables if one.trainable]
        self.outside = outside
        self.sources = [*_leaves(inputs), *_leaves(state), *outside, *outer]

    def element(self, evaluation: Evaluation) -> Any:
        inputs, state = of_each(lambda one: _as_array(evaluation, one), (self.inputs, self.state))
        outer = {id(one): evaluation.of(one) for one in self.outside}
        for variable in self.variables:
            variable.read()  # a tape that is around it sees it here, not in the loop

        def run(number: Any, rows: Any, state: Any) -> Any:
            inner = Evaluation({**evaluation.fed, **outer})
            places = zip(_leaves(self.step), _leaves((number, rows, state)), strict=True)
            inner.known.update({id(place): one for place, one in places})
            return of_each(lambda one: jnp.asarray(unwrap(inner.of(one))), self.results)

        return along(run, inputs, state)  # not kept for other evaluations of a run: a tape has to see it


def _as_array(evaluation: Evaluation, one: Any) -> Any:
    found = unwrap(evaluation.of(one))
    return jnp.asarray(found.read() if isinstance(found, Variable) else found)


def along(run: Callable, inputs: Any, state: Any) -> Any:
    """Calls ``run(number, rows, state) -> (outputs, state)`` for every row: arrays in, arrays out."""
    length = _leaves(inputs)[0].shape[0]
    if in_trace():
        key = next_key()

        def body(state: Any, given: Any) -> Any:
            number, rows = given
            with drawing(LoopKeys(jax.random.fold_in(key, number))):
                outputs, new = run(number, rows, state)
            return jax.tree.map(lambda a, b: a.astype(b.dtype), new, state), outputs

        last, outputs = jax.lax.scan(body, state, (jnp.arange(length), inputs))
        return outputs, last
    every = []
    for number in range(length):
        outputs, state = run(jnp.int32(number), jax.tree.map(lambda one, i=number: one[i], inputs), state)
        every.append(outputs)
    return jax.tree.map(lambda *rows: jnp.stack(rows), *every), state


def looped(step: Callable, inputs: Any, state: Any) -> Any:
    """A step along sequences, computed at once or noted down.

    Args:
      step: ``(number, rows, state) -> (outputs, new state)`` of tensors.
      inputs: tensors, time first.
      state: tensors.

    Returns:
      The outputs of all steps, and the last state.
    """
    if not graph_mode() and not any(isinstance(one, SymbolicTensor) for one in _leaves((inputs, state))):
        given, first = of_each(lambda one: tensor(one).array, (inputs, state))
        if not in_trace():
            return _one_by_one(step, inputs, state)

        def run(number: Any, rows: Any, carried: Any) -> Any:
            return of_each(array, step(Tensor(number), *of_each(Tensor, (rows, carried))))

        return of_each(Tensor, along(run, given, first))
    specs = [jax.tree.map(spec_of, one, is_leaf=is_one) for one in (inputs, state)]
    rows = jax.tree.map(lambda spec: _placeholder(spec.shape[1:], spec.dtype), specs[0])
    carried = jax.tree.map(lambda spec: _placeholder(spec.shape, spec.dtype), specs[1])
    number = _placeholder((), jnp.int32)
    outputs, new = step(number, rows, carried)
    operation = _Loop((number, rows, carried), (outputs, new), inputs, state)
    length = jax.tree.leaves(specs[0])[0].shape[0]
    made = of_each(lambda one: jax.ShapeDtypeStruct((length, *one.spec.shape), one.spec.dtype), outputs)
    return named(attach(operation, (), {}, (made, specs[1]), "while"), None, "while")


def _one_by_one(step: Callable, inputs: Any, state: Any) -> Any:
    every = []
    for number, rows in enumerate(zip(*[unstack(one) for one in _leaves(inputs)])):
        given = jax.tree.unflatten(jax.tree.structure(inputs, is_leaf=is_one), list(rows))
        outputs, state = step(tensor(number), given, state)
        every.append(outputs)
    return of_each(lambda *rows: stack(list(rows)), *every), state


def _placeholder(sizes: Any, dtype: Any) -> SymbolicTensor:
    return SymbolicTensor(jax.ShapeDtypeStruct(tuple(sizes), dtype), name="step")


def dynamic_rnn(
    cell: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state: Any = None,
    dtype: Any = None,
    parallel_iterations: Any = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> Any:
    """A cell along sequences.

    Args:
      cell: of ``tf.compat.v1.nn.rnn_cell`` or a script's own.
      inputs: shape (batch, time, features), or (time, batch, features); or several in a structure.
      sequence_length: shape (batch,): behind it outputs are zeros and the state stays.
      initial_state: zeros by default.
      dtype: of the first state, if it is not given.
      parallel_iterations, swap_memory: accepted as in TensorFlow.
      time_major: whether time is the first axis of inputs and outputs.
      scope: where the variables are; "rnn" by default.

    Returns:
      ``(outputs, last state)``.

    Raises:
      ValueError: without a state and a type for it.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> v1 = tf.compat.v1
      >>> outputs, state = v1.nn.dynamic_rnn(v1.nn.rnn_cell.GRUCell(4), tf.ones([2, 3, 5]), dtype=tf.float32)
      >>> outputs.shape, state.shape
      (TensorShape([2, 3, 4]), TensorShape([2, 4]))
    """
    with variable_scope(scope or "rnn"):
        given = of_each(_tensor, inputs)
        given = given if time_major else of_each(_time_first, given)
        batch = batch_of(_leaves(given)[0], 1)
        state = _first_state(cell, initial_state, batch, dtype)
        lengths = None if sequence_length is None else _tensor(sequence_length)
        outputs, last = looped(_stepping(cell, lengths), given, state)
    return outputs if time_major else of_each(_time_first, outputs), last


def _tensor(one: Any) -> Any:
    return one if isinstance(one, (SymbolicTensor, Variable)) else tensor(one)


def _first_state(cell: Any, given: Any, batch: Any, dtype: Any) -> Any:
    if given is not None:
        return of_each(_tensor, given)
    if dtype is None:
        raise ValueError("If there is no initial_state, you must give a dtype.")
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch, dtype=dtype)
    return cell.zero_state(batch, dtype)


def _stepping(cell: Any, lengths: Any) -> Callable:
    """A step that keeps the state of sequences that have ended, and gives zeros for them."""
    from kerax.compat.tensorflow._creating import zeros_like
    from kerax.compat.tensorflow._math import cast, less

    def step(number: Any, rows: Any, state: Any) -> Any:
        output, new = cell(rows, state)
        if lengths is None:
            return output, new
        going = less(cast(number, "int32"), cast(lengths, "int32"))
        output = of_each(lambda one: kept(going, one, zeros_like(one)), output)
        return output, of_each(lambda one, old: kept(going, one, old), new, state)

    return step


def _reversed(inputs: Any, lengths: Any, time: int) -> Any:
    if lengths is None:
        return of_each(lambda one: reverse(one, [time]), inputs)
    return of_each(lambda one: reverse_sequence(one, lengths, time, 1 - time), inputs)


def bidirectional_dynamic_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    parallel_iterations: Any = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> Any:
    """Two cells along sequences, one of them from the end; arguments as of `dynamic_rnn`.

    Returns:
      ``((outputs forward, outputs backward), (last state forward, last state backward))``.
    """
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as inner:
            forward = dynamic_rnn(
                cell_fw, inputs, sequence_length, initial_state_fw, dtype, time_major=time_major, scope=inner
            )
        with variable_scope("bw") as inner:
            time = 0 if time_major else 1
            turned = _reversed(of_each(_tensor, inputs), sequence_length, time)
            output, last = dynamic_rnn(
                cell_bw, turned, sequence_length, initial_state_bw, dtype, time_major=time_major, scope=inner
            )
            backward = _reversed(output, sequence_length, time), last
    return (forward[0], backward[0]), (forward[1], backward[1])


def static_rnn(
    cell: Any, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None, scope: Any = None
) -> Any:
    """A cell called for every tensor of a list.

    Args:
      cell: of ``tf.compat.v1.nn.rnn_cell`` or a script's own.
      inputs: a list of tensors of shape (batch, features).
      initial_state: zeros by default.
      dtype: of the first state, if it is not given.
      sequence_length: shape (batch,): behind it outputs are zeros and the state stays.
      scope: where the variables are; "rnn" by default.

    Returns:
      ``(list of outputs, last state)``.
    """
    if not isinstance(inputs, (list, tuple)):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")
    outputs = []
    with variable_scope(scope or "rnn") as outer:
        state = _first_state(cell, initial_state, batch_of(_leaves(inputs)[0], 0), dtype)
        step = _stepping(cell, None if sequence_length is None else _tensor(sequence_length))
        for number, rows in enumerate(inputs):
            if number:
                outer.reuse_variables()
            output, state = step(tensor(number), rows, state)
            outputs.append(output)
    return outputs, state


def static_bidirectional_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> Any:
    """Two cells called for every tensor of a list, one of them from the end; arguments as of `static_rnn`.

    Returns:
      ``(list of outputs side by side, last state forward, last state backward)``.
    """
    from kerax.compat.tensorflow._joining import concat

    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as inner:
            forward, first = static_rnn(cell_fw, inputs, initial_state_fw, dtype, sequence_length, inner)
        with variable_scope("bw") as inner:
            turned = _turned(list(inputs), sequence_length)
            backward, second = static_rnn(cell_bw, turned, initial_state_bw, dtype, sequence_length, inner)
    outputs = [
        of_each(lambda one, two: concat([one, two], 1), a, b)
        for a, b in zip(forward, _turned(backward, sequence_length))
    ]
    return outputs, first, second


def _turned(rows: list, lengths: Any) -> list:
    if lengths is None:
        return rows[::-1]
    found = reverse_sequence(stack(rows), lengths, 0, 1)
    return [found[number] for number in range(len(rows))]


def static_state_saving_rnn(
    cell: Any, inputs: Any, state_saver: Any, state_name: Any, sequence_length: Any = None, scope: Any = None
) -> Any:
    """`static_rnn` whose first state is asked of an object, and whose last one is given to it.

    Args:
      cell, inputs, sequence_length, scope: as of `static_rnn`.
      state_saver: has ``state(name)`` and ``save_state(name, value)``.
      state_name: the name of the state, or those of its parts.
    """
    names = state_name if isinstance(state_name, (list, tuple)) else [state_name]
    structure = jax.tree.structure(cell.state_size)
    state = jax.tree.unflatten(structure, [state_saver.state(name) for name in jax.tree.leaves(list(names))])
    outputs, last = static_rnn(cell, inputs, state, sequence_length=sequence_length, scope=scope)
    from kerax.compat.tensorflow._control import control_dependencies
    from kerax.compat.tensorflow._creating import identity

    saved = [state_saver.save_state(name, one) for name, one in zip(jax.tree.leaves(list(names)), _leaves(last))]
    with control_dependencies([one for one in saved if one is not None]):
        outputs[-1] = of_each(identity, outputs[-1])
    return outputs, last
