"""What people do while a model trains: callbacks, text models, frozen parts, checkpoints by hand."""

import glob
import os

import numpy as np

import kerax
from kerax import layers


def test_callbacks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    x, y = rng.random((320, 8)).astype("float32"), rng.integers(0, 2, 320)
    model = kerax.Sequential([layers.Dense(16, activation="relu"), layers.Dense(2, activation="softmax")])
    model.compile(kerax.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    seen = []

    class Recorder(kerax.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append("train_begin")

        def on_epoch_begin(self, epoch, logs=None):
            seen.append(f"epoch_begin{epoch}")

        def on_train_batch_end(self, batch, logs=None):
            seen.append(("batch", batch, sorted(logs)))

        def on_epoch_end(self, epoch, logs=None):
            seen.append(("epoch", sorted(logs)))

        def on_train_end(self, logs=None):
            seen.append("train_end")

    given = [
        kerax.callbacks.EarlyStopping(patience=2, monitor="val_loss", min_delta=1e9, restore_best_weights=True),
        kerax.callbacks.TensorBoard(log_dir="./logs"),
        kerax.callbacks.ModelCheckpoint("ck.h5", save_best_only=True, monitor="val_loss"),
        kerax.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.5),
        kerax.callbacks.CSVLogger("log.csv"),
        kerax.callbacks.TerminateOnNaN(),
        Recorder(),
    ]
    history = model.fit(x, y, batch_size=32, epochs=20, callbacks=given, validation_data=(x[:64], y[:64]), verbose=0)
    assert len(history.history["loss"]) == 3
    assert abs(float(model.optimizer.learning_rate) - 0.1 * 0.5**3) < 1e-6
    assert seen[0] == "train_begin" and seen[-1] == "train_end" and seen[1] == "epoch_begin0"
    assert sum(1 for s in seen if s[0] == "batch") == 30
    assert [s for s in seen if s[0] == "epoch"][0][1][:3] == ["accuracy", "learning_rate", "loss"]
    with open("log.csv") as file:
        assert os.path.exists("ck.h5") and len(file.read().splitlines()) == 4
    assert glob.glob("logs/**/events.out.tfevents.*", recursive=True)


def test_text_rnn():
    texts = ["good great fine", "bad awful poor", "great good", "poor bad bad", "fine good great good", "awful"] * 20
    labels = np.array([1, 0, 1, 0, 1, 0] * 20)
    tokenizer = kerax.preprocessing.text.Tokenizer(num_words=20)
    tokenizer.fit_on_texts(texts)
    x = kerax.preprocessing.sequence.pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=6, padding="post")
    for rnn in (layers.LSTM(8), layers.Bidirectional(layers.GRU(8)), layers.SimpleRNN(8)):
        model = kerax.Sequential([layers.Embedding(20, 8, mask_zero=True), rnn, layers.Dense(1, activation="sigmoid")])
        model.compile(kerax.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
        model.fit(x, labels, epochs=6, batch_size=20, verbose=0)
        assert model.evaluate(x, labels, verbose=0)[1] > 0.95
    vectorize = layers.TextVectorization(max_tokens=20, output_sequence_length=4)
    vectorize.adapt(np.array(texts))
    assert vectorize(np.array(["good bad zzz"])).shape == (1, 4)


def test_transfer_learning():
    """A part that is trained before, here of two blocks, under a new head."""
    pixels = kerax.Input((16, 16, 3))
    x = pixels
    for filters in (4, 8):
        x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    base = kerax.Model(pixels, x, name="base")
    base.trainable = False
    inputs = kerax.Input((16, 16, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = base(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    model = kerax.Model(inputs, layers.Dense(2)(x))
    loss = kerax.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    assert len(model.trainable_variables) == 2
    before = [w.copy() for w in base.get_weights()]
    images = np.random.random((16, 16, 16, 3)).astype("float32") * 255
    model.fit(images, np.arange(16) % 2, epochs=1, verbose=0)
    assert all(np.array_equal(p, q) for p, q in zip(before, base.get_weights()))
    base.trainable = True
    assert len(model.trainable_variables) == 2 + 6


def test_checkpoint_resume(tmp_path):
    def build():
        net = kerax.Sequential([kerax.Input((3,)), layers.Dense(4), layers.Dense(1)])
        return net, kerax.optimizers.Adam(0.1)

    net, optimizer = build()
    checkpoint = kerax.train.Checkpoint(step=kerax.Variable(1), optimizer=optimizer, net=net)
    manager = kerax.train.CheckpointManager(checkpoint, tmp_path / "ckpts", max_to_keep=3)
    x, y = kerax.ops.ones((8, 3)), kerax.ops.ones((8, 1))

    def train_step(net, optimizer):
        with kerax.GradientTape() as tape:
            loss = kerax.ops.mean((net(x) - y) ** 2)
        variables = net.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return float(loss)

    assert manager.latest_checkpoint is None
    for _ in range(12):
        train_step(net, optimizer)
        checkpoint.step.assign_add(1)
        if int(checkpoint.step) % 3 == 0:
            manager.save()
    assert len(manager.checkpoints) == 3
    net2, optimizer2 = build()
    again = kerax.train.Checkpoint(step=kerax.Variable(0), optimizer=optimizer2, net=net2)
    again.restore(kerax.train.latest_checkpoint(tmp_path / "ckpts"))
    assert int(again.step) == 12
    train_step(net2, optimizer2)  # the twelfth step once more, from the eleventh on
    for a, b in zip(net.get_weights(), net2.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5)
