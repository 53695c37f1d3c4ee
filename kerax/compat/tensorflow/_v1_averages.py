"""Running means of variables and tensors of a graph: ``ExponentialMovingAverage`` in programs of TensorFlow 1."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._edges import unwrap
from kerax.compat.tensorflow._graph import Deferred
from kerax.compat.tensorflow._graph_flow import spec_of
from kerax.compat.tensorflow._graph_state import GraphKeys, add_to_collection, current
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_scopes import (
    exactly,
    global_variables,
    moving_average_variables,
    trainable_variables,
    variable_scope,
)
from kerax.compat.tensorflow._variable import Variable
from kerax.state import Variable as Box


def _name(one: Any) -> str:
    return one.path.partition(":")[0] if isinstance(one, Box) else one.op.name


def _made(name: str, value: Any) -> Any:
    with variable_scope(None, name) as scope:
        path = scope.name
    with exactly(path):
        made = Variable(value, trainable=False, name=path.rpartition("/")[2])
    current().named.setdefault(made.path, made)
    return made


class _Debiased:
    """The mean of a tensor, which begins with zeros and is divided by the weight that it has of values so far
    (Kingma and Ba, "Adam", 2014, section 3).
    """

    def __init__(self, mean: Any):
        name = _name(mean)
        self.sums = _made(f"{name}/biased", np.zeros(mean._shape, mean._dtype))
        self.count = _made(f"{name}/local_step", np.float32(0))

    def next(self, value: Any, decay: Any) -> Any:
        """The mean with one value more."""
        sums = self.sums.read() * decay + value * (1 - decay)
        count = self.count.read() + 1
        self.sums.assign(Tensor(sums))
        self.count.assign(Tensor(count))
        return sums / (1 - decay**count)


def averaging(average: Any, var_list: Any) -> Deferred:
    """The operation that takes the values of variables and tensors into account.

    Args:
      average: the ``ExponentialMovingAverage``.
      var_list: the variables and tensors; all variables that are trained by default.
    """
    followed = list(trainable_variables() if var_list is None else var_list)
    debiased = average._debiased
    for one in followed:
        if id(one) in average._means:
            continue
        whole = f"{_name(one)}/{average.name}"
        spec = spec_of(one)
        if isinstance(one, Box):
            mean = _made(whole, np.array(one.read()))
            if not any(one is other for other in moving_average_variables()):
                add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, one)
        else:
            mean = _made(whole, np.zeros(spec.shape, spec.dtype))
            if average.zero_debias:
                debiased[id(one)] = _Debiased(mean)
        average._seen.append(one)
        average._means[id(one)] = mean

    def run(evaluation: Any) -> None:
        decay = jnp.float32(average.decay)
        if average.num_updates is not None:
            number = average.num_updates
            count = jnp.asarray(number.read() if isinstance(number, Box) else unwrap(evaluation.of(number)), "float32")
            decay = jnp.minimum(decay, (1 + count) / (10 + count))
        for one in followed:
            mean = average._means[id(one)]
            value = one.read() if isinstance(one, Box) else unwrap(evaluation.of(one))
            share = decay.astype(mean._dtype)
            if id(one) in debiased:
                mean.assign(Tensor(debiased[id(one)].next(value, share)))
            else:
                mean.assign(Tensor(mean.read() - (mean.read() - value) * (1 - share)))

    sources = [*followed, average.num_updates] if average.num_updates is not None else followed
    made = Deferred(run, current().unique(average.name), sources, pure=True)
    current().tensors[made.name] = made
    return made


def restored(average: Any, variables: Any) -> dict[str, Any]:
    """Name in a file of means -> variable, and every other variable by its own name."""
    known = [*trainable_variables(), *moving_average_variables()] if variables is None else list(variables)
    found = {average.average_name(one): one for one in known}
    of_means = {id(one) for one in known}
    for one in global_variables():
        if id(one) not in of_means and _name(one) not in found:
            found[_name(one)] = one
    return found
