"""Cells that take several inputs in every step, as in TensorFlow's guide on recurrent layers."""

import numpy as np

import kerax
from kerax import ops


class TwoInputs(kerax.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, (units, 3)]

    def get_initial_state(self, batch_size):
        return [ops.zeros((batch_size, self.units)), ops.zeros((batch_size, self.units, 3))]

    def build(self, shapes):
        self.first = self.add_weight((shapes[0][-1], self.units), "ones")
        self.second = self.add_weight((shapes[1][1], self.units), "ones")

    def call(self, inputs, states):
        one, two = inputs
        one = ops.matmul(one, self.first)
        two = ops.einsum("bij,iu->buj", two, self.second)
        return (one, two), [states[0] + one, states[1] + two]


def test_a_tuple_goes_to_the_cell_whole():
    first, second = kerax.Input((None, 2)), kerax.Input((None, 4, 3))
    layer = kerax.layers.RNN(TwoInputs(5), return_state=True)
    outputs = layer((first, second))
    model = kerax.Model([first, second], outputs)
    x = np.arange(12, dtype="float32").reshape(2, 3, 2), np.ones((2, 3, 4, 3), "float32")
    (one, two), total, other = model.predict(list(x), verbose=0)
    np.testing.assert_allclose(one, np.repeat(x[0][:, -1].sum(-1)[:, None], 5, 1))
    np.testing.assert_allclose(total, np.repeat(x[0].sum((1, 2))[:, None], 5, 1))
    np.testing.assert_allclose(two, np.full((2, 5, 3), 4.0))
    np.testing.assert_allclose(other, np.full((2, 5, 3), 12.0))


def test_a_list_still_is_sequences_and_states():
    layer = kerax.layers.RNN(kerax.layers.SimpleRNNCell(3))
    x, state = np.ones((2, 4, 2), "float32"), np.ones((2, 3), "float32")
    np.testing.assert_array_equal(layer([x, state]), layer(x, initial_state=state))
    np.testing.assert_array_equal(layer((x, state)), layer(x, initial_state=state))
