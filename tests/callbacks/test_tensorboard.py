"""The TensorBoard callback, read back by TensorBoard's own reader."""

import json

import numpy as np
import pytest

import kerax

accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
tensor_util = pytest.importorskip("tensorboard.util.tensor_util")


def read(folder):
    events = accumulator.EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    return {
        tag: [(event.step, tensor_util.make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }


def fitted(tmp_path, epochs=2, **options):
    model = kerax.Sequential(
        [
            kerax.layers.Input((4,), dtype="int32"),
            kerax.layers.Embedding(9, 3),
            kerax.layers.Flatten(),
            kerax.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse", metrics=["mae"])
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 9, (24, 4)), rng.random((24, 1))
    board = kerax.callbacks.TensorBoard(tmp_path, **options)
    history = model.fit(
        x, y, batch_size=8, epochs=epochs, validation_data=(x[:8], y[:8]), verbose=0, callbacks=[board]
    ).history
    return model, history, board


def test_scalars_of_epochs(tmp_path):
    _, history, board = fitted(tmp_path, write_steps_per_second=True)
    train, validation = read(tmp_path / "train"), read(tmp_path / "validation")
    assert [step for step, _ in train["epoch_loss"]] == [0, 1]
    np.testing.assert_allclose([float(a) for _, a in train["epoch_loss"]], history["loss"], rtol=1e-6)
    np.testing.assert_allclose([float(a) for _, a in validation["epoch_mae"]], history["val_mae"], rtol=1e-6)
    np.testing.assert_allclose(float(train["epoch_learning_rate"][0][1]), 0.001, rtol=1e-6)
    assert float(train["epoch_steps_per_second"][0][1]) > 0
    assert [step for step, _ in validation["evaluation_loss_vs_iterations"]] == [3, 6]
    assert "Embedding" in json.loads(train["keras"][0][1].item())["config"]["layers"][1]["class_name"]
    assert board.idle_hooks  # nothing is called per batch


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what TensorBoard brings along
def test_the_graph_is_found_by_the_page_of_graphs(tmp_path):
    base_plugin = pytest.importorskip("tensorboard.plugins.base_plugin")
    from tensorboard import context
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.plugins.graph import graphs_plugin

    fitted(tmp_path, epochs=1)
    runs = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(str(tmp_path))
    runs.Reload()
    provider = data_provider.MultiplexerDataProvider(runs, str(tmp_path))
    page = graphs_plugin.GraphsPlugin(base_plugin.TBContext(logdir=str(tmp_path), data_provider=provider))
    assert page.info_impl(context.RequestContext(), "")["train"]["tags"]["keras"]["conceptual_graph"]
    text, kind = page.graph_impl(context.RequestContext(), "train", "keras", True, "")
    assert 's: "Embedding"' in text and kind == "text/x-protobuf"


def test_scalars_of_batches(tmp_path):
    fitted(tmp_path, update_freq="batch", epochs=2)
    train = read(tmp_path / "train")
    assert [step for step, _ in train["batch_loss"]] == list(range(6))
    fitted(tmp_path / "two", update_freq=2, epochs=2, write_graph=False)
    train = read(tmp_path / "two" / "train")
    assert [step for step, _ in train["batch_loss"]] == [1, 3, 5] and "keras" not in train


def test_weights_and_embeddings(tmp_path):
    model, _, _ = fitted(
        tmp_path, histogram_freq=1, write_images=True, embeddings_freq=1, embeddings_metadata="names.tsv"
    )
    train = read(tmp_path / "train")
    for weight in model.weights:
        steps = [(step, buckets[:, 2].sum()) for step, buckets in train[f"{weight.path}/histogram"]]
        assert steps == [(0, weight.numpy().size), (1, weight.numpy().size)]
    assert f"{model.weights[0].path}/image" in train
    config = (tmp_path / "projector_config.pbtxt").read_text()
    assert 'metadata_path: "names.tsv"' in config
    (table,) = tmp_path.glob("*.tsv")
    assert table.name in config
    np.testing.assert_allclose(np.loadtxt(table), model.weights[0].numpy(), rtol=1e-6)


def test_a_profile_of_a_batch(tmp_path):
    fitted(tmp_path, profile_batch=2, epochs=1)
    assert list((tmp_path / "train" / "plugins" / "profile").rglob("*.xplane.pb"))


@pytest.mark.parametrize(
    "bad", [{"update_freq": "often"}, {"update_freq": 0}, {"profile_batch": (5, 2)}, {"profile_batch": "x"}]
)
def test_mistakes(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        kerax.callbacks.TensorBoard("logs", **bad)


def test_metadata_of_a_layer_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match="no embedding layers"):
        fitted(tmp_path, embeddings_freq=1, embeddings_metadata={"nothing": "names.tsv"})
