"""Function and Operation: recorded computations outside of models, and the user's own operations."""

import numpy as np
import pytest

import kerax

X = np.arange(6, dtype="float32").reshape(2, 3)


@kerax.saving.register_keras_serializable("tests")
class Power(kerax.Operation):
    def __init__(self, exponent, name=None):
        super().__init__(name=name)
        self.exponent = exponent

    def call(self, x):
        return x**self.exponent


class Halves(kerax.Operation):
    def call(self, x):
        return x[:1], x[1:]


def test_an_operation_computes_and_is_recorded():
    cube = Power(3)
    np.testing.assert_allclose(cube(X), X**3)
    np.testing.assert_allclose(cube([[1.0, 2.0]]), [[1.0, 8.0]])
    x = kerax.Input((3,))
    y = cube(x)
    assert y.shape == (None, 3) and cube.input is x and cube.output is y
    np.testing.assert_allclose(kerax.Model(x, y + 1)(X), X**3 + 1)
    assert [part.shape for part in Halves()(kerax.KerasTensor((2, 3)))] == [(1, 3), (1, 3)]


def test_layers_and_functions_are_operations():
    x = kerax.Input((3,))
    assert isinstance(kerax.layers.Dense(1), kerax.Operation)
    assert isinstance(kerax.Function(x, x + 1), kerax.Operation)


def test_the_configuration_is_taken_from_the_constructor():
    operation = Power(2, name="square")
    assert operation.get_config() == {"exponent": 2, "name": "square"}
    assert Power.from_config(operation.get_config()).exponent == 2
    with pytest.raises(NotImplementedError, match=r"exponent.*get_config"):
        Power(object()).get_config()


@pytest.mark.parametrize("name", ["a/b", 3, ""])
def test_bad_names(name):
    with pytest.raises(ValueError, match="without '/'"):
        Power(2, name=name)


def test_an_operation_without_call_says_so():
    with pytest.raises(NotImplementedError, match="define call"):
        kerax.Operation()(X)
    with pytest.raises(AttributeError, match="not called"):
        _ = Power(2).output


def test_a_model_with_an_operation_that_is_used_twice_is_saved(tmp_path):
    x = kerax.Input((3,))
    square = Power(2)
    model = kerax.Model(x, square(kerax.layers.Dense(2)(square(x))))
    model.save(tmp_path / "model.keras")
    loaded = kerax.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(X), model(X), rtol=1e-6)
    assert len(loaded._graph.operations) == len(model._graph.operations) == 2


def test_a_function_of_structures_on_arrays_and_symbols():
    a, b = kerax.KerasTensor((2, 3)), kerax.KerasTensor((2, 3))
    total = a + b
    function = kerax.Function({"a": a, "b": b}, {"triple": total * 3, "square": total**2}, name="both")
    assert function.name == "both"
    arrays = function({"a": X, "b": X})
    np.testing.assert_allclose(arrays["triple"], X * 6)
    symbols = function({"a": kerax.KerasTensor((2, 3)), "b": kerax.KerasTensor((2, 3))})
    assert symbols["square"].shape == (2, 3)
    again = kerax.Function.from_config(function.get_config())
    np.testing.assert_allclose(again({"a": X, "b": X})["square"], X**2 * 4)


def test_a_function_starts_in_the_middle_of_a_graph():
    x = kerax.Input((3,))
    middle = kerax.layers.Dense(4, name="before")(x)
    end = kerax.layers.Dense(2, name="after")(middle * 2)
    function = kerax.Function(middle, end)
    assert [operation.name for operation in function.operations] == ["multiply", "after"]
    assert function.compute_output_shape((None, 4)) == (None, 2)
    assert function(kerax.Input((4,))).shape == (None, 2)
    assert kerax.Function.from_config(function.get_config())(np.ones((5, 4))).shape == (5, 2)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [(X, "2 input"), ([X[None], X], r"expects shape \(2, 3\)"), ([np.ones((4, 3)), X], r"received \(4, 3\)")],
)
def test_inputs_that_do_not_fit(inputs, message):
    a, b = kerax.KerasTensor((2, 3)), kerax.KerasTensor((2, 3))
    with pytest.raises(ValueError, match=message):
        kerax.Function([a, b], a + b)(inputs)


def test_inputs_and_outputs_must_be_connected():
    x = kerax.Input((3,))
    with pytest.raises(ValueError, match="not among its inputs"):
        kerax.Function(kerax.Input((3,)), x + 1)
    with pytest.raises(ValueError, match="needs at least one of its inputs"):
        kerax.Function([], x)
