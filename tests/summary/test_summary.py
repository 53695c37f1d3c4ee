"""Summaries, read back by TensorBoard's own reader."""

import io
import wave

import jax
import numpy as np
import pytest

import kerax
from kerax.summary.kinds import as_uint8, histogram_buckets
from kerax.utils.png import encode_png

accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
tensor_util = pytest.importorskip("tensorboard.util.tensor_util")


def read(folder):
    events = accumulator.EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    return events


def tensors(events, tag):
    return [(event.step, tensor_util.make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)]


def plugin(events, tag):
    return events.SummaryMetadata(tag).plugin_data.plugin_name


def test_scalars(tmp_path):
    with kerax.summary.create_file_writer(tmp_path).as_default():
        for step in range(3):
            assert kerax.summary.scalar("loss", 1 / (step + 1), step=step, description="how *wrong*")
    events = read(tmp_path)
    assert [(step, float(array)) for step, array in tensors(events, "loss")] == [
        (0, 1.0),
        (1, 0.5),
        (2, pytest.approx(1 / 3)),
    ]
    assert plugin(events, "loss") == "scalars"
    assert events.SummaryMetadata("loss").summary_description == "how *wrong*"


def test_histograms_images_texts_and_sounds(tmp_path):
    rng = np.random.default_rng(0)
    pictures = rng.random((5, 4, 6, 3))
    sound = np.sin(np.arange(80) / 3).reshape(1, 80, 1)
    with kerax.summary.create_file_writer(tmp_path).as_default(step=7):
        kerax.summary.histogram("h", rng.normal(size=100), buckets=10)
        kerax.summary.image("i", pictures, max_outputs=2)
        kerax.summary.text("t", ["one", "two"])
        kerax.summary.audio("a", sound, 8000)
    events = read(tmp_path)
    ((step, buckets),) = tensors(events, "h")
    assert step == 7 and buckets.shape == (10, 3) and buckets[:, 2].sum() == 100
    ((_, strings),) = tensors(events, "i")
    assert list(strings[:2]) == [b"6", b"4"] and len(strings) == 4
    image = pytest.importorskip("PIL.Image")
    np.testing.assert_array_equal(np.asarray(image.open(io.BytesIO(strings[2]))), as_uint8(pictures[0]))
    ((_, texts),) = tensors(events, "t")
    assert list(texts) == [b"one", b"two"]
    ((_, sounds),) = tensors(events, "a")
    with wave.open(io.BytesIO(sounds[0, 0])) as file:
        assert (file.getframerate(), file.getnframes(), file.getnchannels()) == (8000, 80, 1)
    assert [plugin(events, tag) for tag in "hita"] == ["histograms", "images", "text", "audio"]


def test_hparams_are_read_by_the_plugin(tmp_path):
    data = pytest.importorskip("tensorboard.plugins.hparams.plugin_data_pb2")
    with kerax.summary.create_file_writer(tmp_path).as_default():
        kerax.summary.hparams({"units": 32, "activation": "relu", "bias": True}, trial_id="first")
    tag = "_hparams_/session_start_info"
    info = data.HParamsPluginData.FromString(read(tmp_path).SummaryMetadata(tag).plugin_data.content).session_start_info
    assert info.group_name == "first" and info.hparams["units"].number_value == 32
    assert info.hparams["activation"].string_value == "relu" and info.hparams["bias"].bool_value is True


def test_inside_jit_the_numbers_arrive(tmp_path):
    writer = kerax.summary.create_file_writer(tmp_path)
    with writer.as_default():

        @jax.jit
        def step(x, number):
            kerax.summary.scalar("sum", x.sum(), step=number)
            return x + 1

        for number in range(2):
            step(np.ones(3) * number, number).block_until_ready()
        jax.effects_barrier()
    assert sorted((step, float(array)) for step, array in tensors(read(tmp_path), "sum")) == [(0, 0.0), (1, 3.0)]


def test_conditions_steps_and_writers(tmp_path):
    assert not kerax.summary.scalar("x", 1.0, step=0)
    writer = kerax.summary.create_file_writer(tmp_path, max_queue=1, filename_suffix=".mine")
    with writer.as_default():
        with kerax.summary.record_if(lambda: False):
            assert not kerax.summary.scalar("x", 1.0, step=0)
        with pytest.raises(ValueError, match="needs a step"):
            kerax.summary.scalar("x", 1.0)
        kerax.summary.experimental.set_step(4)
        assert kerax.summary.scalar("x", 1.0) and kerax.summary.experimental.get_step() == 4
        with pytest.raises(ValueError, match="one number"):
            kerax.summary.scalar("x", [1.0, 2.0])
        with pytest.raises(ValueError, match="height, width"):
            kerax.summary.image("x", np.zeros((4, 4)))
        kerax.summary.experimental.set_step(None)
    writer.close()
    with pytest.raises(ValueError, match="closed"), writer.as_default():
        kerax.summary.scalar("x", 1.0, step=0)
    (file,) = tmp_path.iterdir()
    assert file.name.endswith(".mine")


def test_histogram_of_equal_and_of_no_numbers():
    assert histogram_buckets([3.0, 3.0, np.nan], 4)[-1].tolist() == [2.5, 3.5, 2.0]
    assert histogram_buckets([], 4).sum() == 0
    assert histogram_buckets([1.0], 0).shape == (0, 3)


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 1), (3, 5, 2), (3, 5, 3), (3, 5, 4)])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_png_files_are_read_by_others(shape, dtype):
    image = pytest.importorskip("PIL.Image")
    if dtype == "uint16" and shape[2:] not in ((), (1,)):
        pytest.skip("Pillow reads colours of 16 bits as 8")
    array = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape).astype(dtype)
    back = np.asarray(image.open(io.BytesIO(encode_png(array))))
    np.testing.assert_array_equal(back.reshape(shape), array)


def test_png_mistakes():
    with pytest.raises(ValueError, match="shape"):
        encode_png(np.zeros((2, 2, 5), np.uint8))
    with pytest.raises(ValueError, match="float64"):
        encode_png(np.zeros((2, 2)))


def test_figures_are_pictures(tmp_path):
    figures = pytest.importorskip("matplotlib.figure")
    image = pytest.importorskip("PIL.Image")
    one, two = (figures.Figure(figsize=(3, 2), dpi=50) for _ in range(2))
    two.add_subplot().plot([1, 2, 3])
    canvas = two.canvas
    with kerax.summary.create_file_writer(tmp_path).as_default(step=2):
        assert kerax.summary.figure("f", [one, two], description="two")
        with pytest.raises(TypeError, match="Give its figure"):
            kerax.summary.figure("f", two.axes[0])
        with pytest.raises(ValueError, match="one size"):
            kerax.summary.figure("f", [one, figures.Figure(figsize=(1, 1))])
    events = read(tmp_path)
    ((step, strings),) = tensors(events, "f")
    first, second = (np.asarray(image.open(io.BytesIO(file))) for file in strings[2:])
    assert step == 2 and plugin(events, "f") == "images" and two.canvas is canvas
    assert first.shape == second.shape == (100, 150, 4) and first.min() == 255 and len(np.unique(second)) > 10


def test_tensorboard_serves_what_is_written(tmp_path):
    """TensorBoard's own application: what its pages ask for is there."""
    program = pytest.importorskip("tensorboard.program")
    model = kerax.Sequential(
        [kerax.Input((2,), dtype="int32"), kerax.layers.Embedding(4, 3, name="e"), kerax.layers.Flatten()]
    )
    model.compile("adam", "mse")
    board = kerax.callbacks.TensorBoard(tmp_path, histogram_freq=1, write_images=True, embeddings_freq=1)
    x, y = np.ones((4, 2), "int32"), np.ones((4, 6))
    model.fit(x, y, validation_data=(x, y), verbose=0, callbacks=[board])
    with kerax.summary.create_file_writer(tmp_path / "hand").as_default(step=1):
        kerax.summary.text("t", "**words**")
        kerax.summary.audio("a", np.zeros((1, 9, 1)), 8000)
        kerax.summary.hparams({"rate": 0.5})
        kerax.summary.scalar("s", 1.0)
    taken = []

    class Server(program.TensorBoardServer):
        def __init__(self, application, flags):
            taken.append(application)

        def serve_forever(self):
            """The application is asked without a socket."""

        def get_url(self):
            return ""

    server = program.TensorBoard(server_class=Server)
    once = ("--load_fast", "false", "--reload_interval", "0", "--reload_task", "blocking")
    server.configure(argv=[None, "--logdir", str(tmp_path), *once])
    server.launch()
    wsgi = pytest.importorskip("werkzeug.test").Client(taken[0])

    def get(path, **query):
        answer = wsgi.get(f"/data/{path}", query_string=query)
        assert answer.status_code == 200, (path, answer.data)
        return answer

    assert {"train", "validation", "hand"} <= set(get("runs").json)
    ((_, step, value),) = get("plugin/scalars/scalars", run="validation", tag="epoch_loss").json
    assert step == 0 and value > 0
    (histogram,) = get("plugin/histograms/histograms", run="train", tag="e/embeddings/histogram").json
    assert sum(count for _, _, count in histogram[2]) == 12
    (picture,) = get("plugin/images/images", run="train", tag="e/embeddings/image", sample=0).json
    assert wsgi.get("/data/plugin/images/individualImage?" + picture["query"]).data[1:4] == b"PNG"
    (words,) = get("plugin/text/text", run="hand", tag="t").json
    assert "<strong>words</strong>" in words["text"]
    assert get("plugin/audio/audio", run="hand", tag="a", sample=0).json[0]["contentType"] == "audio/wav"
    assert b"Embedding" in get("plugin/graphs/graph", run="train", tag="keras", conceptual="true").data
    ask = {
        "experimentName": "",
        "allowedStatuses": ["STATUS_UNKNOWN"],
        "colParams": [],
        "startIndex": 0,
        "sliceSize": 9,
    }
    (group,) = wsgi.post("/data/plugin/hparams/session_groups", json=ask).json["sessionGroups"]
    assert group["hparams"] == {"rate": 0.5} and group["metricValues"][0]["value"] == 1.0
    (run,) = get("plugin/projector/runs").json
    (shown,) = get("plugin/projector/info", run=run).json["embeddings"]
    rows = get("plugin/projector/tensor", run=run, name=shown["tensorName"], num_rows=9).data
    np.testing.assert_allclose(np.frombuffer(rows, "float32").reshape(4, 3), model.get_weights()[0], atol=1e-6)
