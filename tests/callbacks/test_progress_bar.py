"""The progress bar: what it prints where, and that it never waits for the device."""

import io
import os
import pty
import re
import subprocess
import sys
import types

import numpy as np
import pytest

import kerax
from kerax.callbacks import progress_bar as module
from kerax.training.logs import LazyLogs, StepResults
from kerax.utils import terminal as terminal_module
from kerax.utils.progress_line import bar_line, number
from kerax.utils.terminal import TERMINAL, say

X, Y = np.ones((10, 3), "float32"), np.ones((10, 1), "float32")
COLOURS = re.compile(r"\x1b\[\d+m")


def model_of():
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


class FakeTerminal(io.StringIO):
    """A stream that says it is a terminal and shows what a person would see."""

    encoding = "utf-8"

    def isatty(self):
        return True

    def screen(self):
        lines = []
        for line in COLOURS.sub("", self.getvalue()).split("\n"):
            shown = ""
            for part in line.split("\r"):
                shown = part + shown[len(part) :]
            lines.append(shown.rstrip())
        return lines


@pytest.fixture
def terminal(monkeypatch):
    stream = FakeTerminal()
    monkeypatch.setattr(terminal_module, "sys", types.SimpleNamespace(stdout=stream))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(TERMINAL, "_drawn", 0)
    return stream


@pytest.fixture
def eager_bar(monkeypatch):
    """A bar that is drawn after every program call."""
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_DRAWINGS", 0.0)


# ---- files and pipes -------------------------------------------------------------------------------------------------
def test_one_line_per_epoch_where_nothing_can_be_drawn_again(capsys):
    model_of().fit(X, Y, batch_size=2, epochs=2, validation_data=(X, Y), verbose=1)
    out = capsys.readouterr().out
    assert "\r" not in out and "\x1b" not in out and "\b" not in out
    lines = out.splitlines()
    assert len(lines) == 4 and lines[0] == "Epoch 1/2" and lines[2] == "Epoch 2/2"
    value = r"\d+\.\d{4}(e-\d+)?"
    assert re.fullmatch(
        rf"5/5 ━{{20}} \d+s \d+(s|ms|us)/step - loss: {value} - mae: {value} - val_loss: {value} - val_mae: {value}",
        lines[1],
    )


def test_verbose_2_is_one_line_per_epoch(capsys):
    model = model_of()
    model.fit(X, Y, batch_size=2, epochs=2, verbose=2)
    model.evaluate(X, Y, batch_size=5, verbose=2)
    model.predict(X, batch_size=5, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1/2"
    assert re.fullmatch(r"5/5 - \d+s - \d+(s|ms|us)/step - loss: \S+ - mae: \S+", lines[1])
    assert re.fullmatch(r"2/2 - \d+s - \d+(s|ms|us)/step - loss: \S+ - mae: \S+", lines[4])
    assert re.fullmatch(r"2/2 - \d+s - \d+(s|ms|us)/step", lines[5])


def test_one_epoch_has_no_headline_and_silence_is_silent(capsys):
    model = model_of()
    model.fit(X, Y, verbose=1)
    assert not capsys.readouterr().out.startswith("Epoch")
    model.fit(X, Y, verbose=0, epochs=2)
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    assert capsys.readouterr().out == ""


def test_values_shown_are_the_logs(capsys):
    history = model_of().fit(X, Y, epochs=1, verbose=2)
    assert f"loss: {number(history.history['loss'][0])} " in capsys.readouterr().out


def test_streams_that_know_no_line_drawing(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    model_of().fit(X, Y, verbose=1)
    stream.flush()
    assert stream.buffer.getvalue().startswith(b"1/1 ==================== ")


def test_no_console_at_all(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)  # as under pythonw
    assert len(model_of().fit(X, Y, epochs=2, verbose=1).epoch) == 2


# ---- terminals -------------------------------------------------------------------------------------------------------
def test_the_line_is_drawn_again_in_a_terminal(terminal, eager_bar):
    model = model_of()
    model.compile("sgd", "mse", steps_per_execution=1)
    model.fit(X, Y, batch_size=1, epochs=2, verbose=1)
    screen = terminal.screen()
    assert len(screen) == 5 and screen[0] == "Epoch 1/2" and screen[2] == "Epoch 2/2" and screen[4] == ""
    assert screen[3].startswith("10/10 ━━━━━━━━━━━━━━━━━━━━ ")
    assert terminal.getvalue().count("\r") > 4


def test_unknown_length_becomes_known(terminal, eager_bar):
    class Once:
        def __iter__(self):
            return iter([(X, Y)] * 3)

    model_of().fit(Once(), epochs=2, verbose=1)
    text = COLOURS.sub("", terminal.getvalue())
    first, second = text.split("Epoch 2/2")
    assert "3/Unknown" in first and "3/3" in first and "Unknown" not in second


def test_messages_of_other_callbacks_get_lines_of_their_own(terminal, eager_bar):
    stop = kerax.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: say("a message"))
    model_of().fit(X, Y, batch_size=2, verbose=1, callbacks=[stop])
    screen = terminal.screen()
    assert screen[0] == "a message" and screen[1].startswith("5/5")


def test_a_line_in_a_notebook_takes_the_place_of_the_one_before(eager_bar, monkeypatch):
    shown = []

    class Handle:
        def update(self, data, raw):
            shown.append(("update", data))

    def display(data, raw, display_id):
        shown.append(("display", data))
        return Handle()

    cell = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
    monkeypatch.setattr(terminal_module, "sys", types.SimpleNamespace(stdout=cell))
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace())
    monkeypatch.setitem(sys.modules, "IPython.display", types.SimpleNamespace(display=display))
    monkeypatch.setattr(terminal_module, "SECONDS_BETWEEN_CHANGES", 0.0)
    monkeypatch.setattr(terminal_module, "_SECONDS_BEFORE_A_BAR", 0.0)
    model = model_of()
    model.compile("sgd", "mse", metrics=["mae"], steps_per_execution=1)
    model.fit(X, Y, batch_size=5, epochs=2, verbose=1)
    assert cell.getvalue() == "Epoch 1/2\nEpoch 2/2\n"
    assert [kind for kind, _ in shown if kind == "display"] == ["display"] * 2 and len(shown) >= 4
    last = shown[-1][1]
    assert re.fullmatch(r"2/2 ━{20} \d+s \d+[mu]?s/step - loss: .* - mae: .*", last["text/plain"])
    assert 'font-weight: bold">2/2</span>' in last["text/html"]


def test_a_notebook_gets_at_most_five_messages_a_second(monkeypatch):
    """Whatever is drawn, and however often: short epochs get text alone, which the kernel itself sends in pieces."""
    now, shown = [100.0], []
    cell = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
    line = type("Line", (), {"show": lambda self, text: shown.append((now[0], text))})
    monkeypatch.setattr(terminal_module, "sys", types.SimpleNamespace(stdout=cell))
    monkeypatch.setattr(terminal_module, "NotebookLine", line)
    monkeypatch.setattr(terminal_module, "time", types.SimpleNamespace(monotonic=lambda: now[0]))
    terminal = terminal_module.Terminal()
    for seconds in [0.3] * 10 + [1.2] * 10 + [7.0, 0.1, 3.0]:
        terminal.line("Epoch")
        while (seconds := seconds - 0.01) > 0:
            now[0] += 0.01
            terminal.draw("half", 4)
        terminal.line(f"done at {now[0]:.2f}")
    terminal.end()
    times = [when for when, _ in shown]
    assert len(times) > 30 and min(times) > 103
    assert max(sum(begin <= when < begin + 1 for when in times) for begin in times) <= 4  # one a second is for text
    done = [text for _, text in shown if "done" in text]
    assert len(done) == 12 and cell.getvalue().count("done") == 11  # every epoch's last line, in one of the two forms
    assert shown[-1][1] == done[-1] == f"done at {now[0]:.2f}"


def test_lines_fit_the_terminal():
    logs = {f"a_long_name_{i}": 0.5 for i in range(8)}
    for width in (20, 40, 60, 100):
        text, visible = bar_line(3, 10, "5s 10ms/step", logs, colours=True, width=width)
        assert visible <= width and len(COLOURS.sub("", text)) == visible
    text, visible = bar_line(3, 10, "5s 10ms/step", logs, colours=True, width=None)
    assert "a_long_name_7: 0.5000" in text and text.count("━") == 20


def test_a_real_terminal(tmp_path):
    """The same in a pseudo-terminal of its own, through a real process."""
    script = tmp_path / "script.py"
    script.write_text(
        "import numpy as np, kerax\n"
        "model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])\n"
        "model.compile('sgd', 'mse')\n"
        "model.fit(np.ones((8, 3)), np.ones((8, 1)), epochs=2)\n"
        "model.summary()\n"
    )
    reader, writer = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "TERM": "xterm-256color"}
    process = subprocess.Popen([sys.executable, str(script)], stdout=writer, stderr=subprocess.PIPE, env=environment)
    os.close(writer)
    shown = b""
    while True:
        try:
            part = os.read(reader, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(reader)
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    text = shown.decode()
    assert "\x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m" in text and "Epoch 2/2" in text
    assert "Trainable params: \x1b[0m\x1b[32m4" in text  # the summary has colours too


# ---- the device ------------------------------------------------------------------------------------------------------
class Pending(StepResults):
    """Results that complain when they are read before they are there."""

    def __init__(self, ready, value=0.5):
        super().__init__({"loss": np.float32(value)})
        self.done = ready

    def ready(self):
        return self.done

    def numbers(self, index):
        assert self.done, "the progress bar waited for the device"
        return super().numbers(index)


def test_the_bar_reads_only_what_is_there(terminal, eager_bar):
    bar = kerax.callbacks.ProgressBar(1)
    bar.set_params({"epochs": 1, "steps": 4, "verbose": 1})
    bar.on_train_begin()
    bar.on_epoch_begin(0)
    first, second = Pending(False, 0.25), Pending(False, 0.75)
    bar.on_steps_end("train", 1, LazyLogs(first, 0, ["loss"]))
    bar.on_steps_end("train", 2, LazyLogs(second, 0, ["loss"]))
    assert terminal.getvalue() == ""  # nothing is there yet, so nothing is drawn
    first.done = True
    bar.on_steps_end("train", 3, LazyLogs(Pending(False), 0, ["loss"]))
    assert "1/4" in terminal.screen()[0] and "loss: 0.2500" in terminal.screen()[0]  # the newest that is there


def test_the_bar_is_drawn_at_most_five_times_a_second(terminal, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])
    bar = kerax.callbacks.ProgressBar(1)
    bar.set_params({"epochs": 1, "steps": 1000, "verbose": 1})
    bar.on_train_begin()
    bar.on_epoch_begin(0)
    for step in range(1000):
        now[0] += 0.002  # two seconds in all
        bar.on_steps_end("train", step + 1, LazyLogs(Pending(True), 0, ["loss"]))
    assert 8 <= terminal.getvalue().count("\r") <= 10


def test_no_logs_are_read_during_an_epoch(capsys, monkeypatch):
    """Outside of a terminal the bar costs no look at the device before the end of the epoch."""
    reads = []
    original = StepResults.numbers
    monkeypatch.setattr(StepResults, "numbers", lambda self, index: reads.append(index) or original(self, index))
    model = model_of()
    model.compile("sgd", "mse", steps_per_execution=2)
    model.fit(X, Y, batch_size=1, epochs=3, verbose=1)
    assert len(reads) == 3


def test_the_bar_leaves_steps_bundled():
    hooks = kerax.callbacks.CallbackList([kerax.callbacks.ProgressBar(1), kerax.callbacks.ProgbarLogger()])
    assert not hooks.needs_single_steps("train") and not hooks.listeners("on_train_batch_end")


def test_progbar_logger_is_not_doubled(capsys):
    model_of().fit(X, Y, verbose=1, callbacks=[kerax.callbacks.ProgbarLogger()])
    assert len(capsys.readouterr().out.splitlines()) == 1
    model_of().fit(X, Y, verbose=0, callbacks=[kerax.callbacks.ProgbarLogger()])
    assert capsys.readouterr().out == ""


def test_logs_say_whether_they_are_ready():
    logs = LazyLogs(StepResults({"loss": np.float32(1)}), 0, ["loss"])
    assert logs.ready() and logs["loss"] == 1.0
    assert not LazyLogs(Pending(False), 0, ["loss"]).ready()
