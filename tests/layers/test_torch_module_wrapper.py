"""PyTorch modules as layers."""

import jax
import numpy as np
import pytest

import kerax

torch = pytest.importorskip("torch")

X = np.random.default_rng(0).normal(size=(8, 6)).astype("float32")
Y = np.random.default_rng(1).normal(size=(8, 2)).astype("float32")


@kerax.saving.register_keras_serializable("tests")
def net():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.BatchNorm1d(5), torch.nn.Tanh(), torch.nn.Linear(5, 2))


def test_outputs_weights_and_gradients_are_those_of_the_module():
    layer = kerax.layers.TorchModuleWrapper(torch.nn.Linear(6, 2))
    weight, bias = (parameter.detach().numpy() for parameter in layer.module.parameters())
    np.testing.assert_allclose(layer(X), X @ weight.T + bias, atol=1e-5)
    assert [v.path.split("/", 1)[1] for v in layer.trainable_variables] == ["weight", "bias"]

    def loss(params, x):
        return jax.numpy.sum(kerax.functional_call(layer, params, layer.state, x)[0] ** 2)

    (of_weights, of_x) = jax.jit(jax.grad(loss, argnums=(0, 1)))(layer.params, X)
    out = 2 * (X @ weight.T + bias)
    np.testing.assert_allclose(of_weights["weight"], out.T @ X, atol=1e-4)
    np.testing.assert_allclose(of_weights["bias"], out.sum(0), atol=1e-4)
    np.testing.assert_allclose(of_x, out @ weight, atol=1e-4)


def test_training_follows_pytorch():
    model = kerax.Sequential([kerax.Input((6,)), kerax.layers.TorchModuleWrapper(net, name="net")])
    assert model.output_shape == (None, 2)
    model.compile(kerax.optimizers.SGD(0.1), "mse")
    model.fit(X, Y, batch_size=4, epochs=3, shuffle=False, verbose=0)
    expected = net()
    descent = torch.optim.SGD(expected.parameters(), 0.1)
    for _ in range(3):
        for rows in (slice(0, 4), slice(4, 8)):
            descent.zero_grad()
            torch.nn.functional.mse_loss(expected(torch.from_numpy(X[rows])), torch.from_numpy(Y[rows])).backward()
            descent.step()
    expected.eval()
    with torch.no_grad():
        np.testing.assert_allclose(model.predict(X, verbose=0), expected(torch.from_numpy(X)).numpy(), atol=1e-5)
    trained = model.layers[0].module.state_dict()
    for name, tensor in expected.state_dict().items():  # running statistics and their counter as well
        np.testing.assert_allclose(trained[name].numpy(), tensor.numpy(), atol=1e-5, err_msg=name)


def test_files(tmp_path):
    model = kerax.Sequential([kerax.Input((6,)), kerax.layers.TorchModuleWrapper(net, output_shape=(None, 2))])
    model.layers[0].variables[0].assign(np.full((5, 6), 0.1))
    model.save(tmp_path / "model.keras")
    back = kerax.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(back(X), model(X))
    by_class = kerax.Sequential([kerax.Input((6,)), kerax.layers.TorchModuleWrapper(torch.nn.Linear(6, 2))])
    by_class.save(tmp_path / "by_class.keras")
    with pytest.raises(ValueError, match="custom_objects=.'Linear'"):
        kerax.models.load_model(tmp_path / "by_class.keras")
    again = kerax.models.load_model(
        tmp_path / "by_class.keras", custom_objects={"Linear": lambda: torch.nn.Linear(6, 2)}
    )
    np.testing.assert_array_equal(again(X), by_class(X))
    clone = kerax.models.clone_model(by_class)
    assert clone.layers[0].module is not by_class.layers[0].module


def test_noise_integers_and_frozen_parameters():
    drop = kerax.layers.TorchModuleWrapper(torch.nn.Dropout(0.5))
    np.testing.assert_array_equal(drop(X), X)
    one, two = np.asarray(drop(X, training=True)), np.asarray(drop(X, training=True))
    assert (one == 0).any() and (one != two).any()
    embedding = torch.nn.Embedding(4, 3)
    embedding.weight.requires_grad_(False)
    layer = kerax.layers.TorchModuleWrapper(embedding, dtype="mixed_bfloat16")
    assert layer.trainable_variables == [] and len(layer.non_trainable_variables) == 1
    assert layer(np.array([[1, 2]])).shape == (1, 2, 3) and layer(np.array([[1, 2]])).dtype == "bfloat16"


def test_errors():
    with pytest.raises(TypeError, match=r"instance of torch.nn.Module, received 3"):
        kerax.layers.TorchModuleWrapper(3)
    with pytest.raises(ValueError, match="call the module once"):
        kerax.layers.TorchModuleWrapper(torch.nn.LazyLinear(3))
    with pytest.raises(ValueError, match=r"'lin'.*Linear failed on inputs of shapes \[\(8, 6\)\]"):
        kerax.layers.TorchModuleWrapper(torch.nn.Linear(5, 2), name="lin")(X)
