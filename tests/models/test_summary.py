"""Model summaries: the columns, counts and texts of Keras."""

import re

import keras
import numpy as np
import pytest

import kerax

FRAME = re.compile(r"[┏━┳┓┡╇┩├─┼┤└┴┘]")


def text_of(model, **options):
    parts = []
    model.summary(print_fn=lambda text, line_break=None: parts.append(text), **options)
    assert len(parts) == 1  # Keras calls print_fn once
    return parts[0]


def table_of(model, **options):
    """The summary's table: a list of rows, each a list of cells with all white space gone."""
    rows, current = [], None
    for line in text_of(model, **options).splitlines():
        if line.startswith(("│", "┃")):
            cells = [cell.strip() for cell in re.split("[│┃]", line)[1:-1]]
            current = cells if current is None else [a + b for a, b in zip(current, cells, strict=True)]
        elif current is not None:
            rows.append([re.sub(r"\s", "", cell) for cell in current])
            current = None
    return rows


def totals_of(model):
    return [line for line in text_of(model).splitlines() if " params: " in line]


def stack(library, rate="adam"):
    model = library.Sequential(
        [library.Input((4,)), library.layers.Dense(300), library.layers.BatchNormalization(), library.layers.Dense(1)],
        name="net",
    )
    model.compile(rate, "mse")
    return model


def branches(library):
    inputs = library.Input((4,), name="inputs")
    shared = library.layers.Dense(4, name="shared")
    a, b = shared(inputs), shared(shared(inputs))
    joined = library.layers.Concatenate(name="joined")([a, b])
    inner = library.Sequential([library.Input((8,)), library.layers.Dense(3, name="inside")], name="inner")
    frozen = library.layers.Dense(2, name="frozen")
    outputs = frozen(inner(joined))
    frozen.trainable = False
    return library.Model(inputs, outputs, name="graph")


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop"])
def test_a_stack_is_told_as_by_keras(optimizer):
    x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")
    ours, theirs = stack(kerax, optimizer), stack(keras, optimizer)
    assert totals_of(ours) == totals_of(theirs) or optimizer != "sgd"
    for model in (ours, theirs):
        model.fit(x, y, verbose=0)
    assert totals_of(ours) == totals_of(theirs)
    assert "Optimizer params" in text_of(ours) or optimizer == "sgd"
    names = [re.sub(r"_\d+", "", row[0]) for row in table_of(theirs)]
    assert [re.sub(r"_\d+", "", row[0]) for row in table_of(ours)] == names
    assert [row[1:] for row in table_of(ours)] == [row[1:] for row in table_of(theirs)]
    assert text_of(ours).startswith('Model: "net"\n')


@pytest.mark.parametrize(
    "options", [{}, {"show_trainable": True}, {"expand_nested": True, "show_trainable": True}], ids=str
)
def test_a_graph_is_told_as_by_keras(options, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")  # Keras cuts what does not fit
    ours = table_of(branches(kerax), line_length=140, **options)
    theirs = table_of(branches(keras), line_length=140, **options)
    assert ours == theirs
    assert "Connectedto" in ours[0]


def test_layers_that_are_not_built():
    model = kerax.Sequential([kerax.layers.Dense(3, name="a"), kerax.layers.LSTM(2, name="b")])
    assert table_of(model)[1:] == [["a(Dense)", "?", "0(unbuilt)"], ["b(LSTM)", "?", "0(unbuilt)"]]
    assert totals_of(model)[0] == " Total params: 0 (0.00 B)"


def test_subclassed_models_before_and_after_their_first_call():
    class Net(kerax.Model):
        def __init__(self):
            super().__init__(name="net")
            self.hidden = kerax.layers.Dense(3, name="hidden")
            self.heads = [kerax.layers.Dense(2, name="head")]

        def call(self, inputs):
            return self.heads[0](self.hidden(inputs))

    model = Net()
    assert table_of(model)[1:] == [["hidden(Dense)", "?", "0(unbuilt)"], ["head(Dense)", "?", "0(unbuilt)"]]
    model(np.ones((5, 4), "float32"))
    assert table_of(model)[1:] == [["hidden(Dense)", "(5,3)", "15"], ["head(Dense)", "(5,2)", "8"]]
    built = Net()
    built.build((None, 4))
    assert [row[1] for row in table_of(built)[1:]] == ["(None,3)", "(None,2)"]


def test_operations_between_layers_have_rows():
    inputs = kerax.Input((4,), name="x")
    model = kerax.Model(inputs, kerax.layers.Dense(4, name="d")(inputs) * 2 + inputs)
    rows = table_of(model)
    assert [row[0] for row in rows[1:3]] == ["x(InputLayer)", "d(Dense)"]
    assert len(rows) == 5 and rows[-1][1] == "(None,4)" and "x[0][0]" in rows[-1][3]


def test_layer_range():
    model = kerax.Sequential([kerax.Input((2,)), *[kerax.layers.Dense(2, name=f"d{i}") for i in range(5)]])
    assert [row[0] for row in table_of(model, layer_range=("d1", "d3"))[1:]] == ["d1(Dense)", "d2(Dense)", "d3(Dense)"]
    assert len(table_of(model, layer_range=("d.*", "d4"))) == 6
    with pytest.raises(ValueError, match="no layer 'dd3'.*Did you mean 'd3'"):
        text_of(model, layer_range=("d1", "dd3"))
    with pytest.raises(ValueError, match="pair"):
        text_of(model, layer_range=("d1",))


def test_line_length_and_long_names():
    name = "a_layer_with_a_name_that_is_longer_than_its_column_" * 2
    model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(2, name=name)])
    for width in (50, 76, 120):
        lines = text_of(model, line_length=width).splitlines()
        assert {len(line) for line in lines if FRAME.match(line)} == {width}
    assert table_of(model, line_length=60)[1][0] == f"{name}(Dense)"  # wrapped, not cut


def test_names_that_look_like_markup():
    model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(2, name="[bold]x")], name="<net>")
    assert table_of(model)[1][0] == "[bold]x(Dense)"
    assert "&lt;net&gt;" in model._repr_html_() and "<net>" not in model._repr_html_()


def test_mixed_precision_counts_stored_bytes():
    model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(2, dtype="bfloat16")])
    assert totals_of(model)[0] == " Total params: 10 (20.00 B)"


def test_printed_without_colours_into_a_pipe(capsys):
    stack(kerax).summary()
    out = capsys.readouterr().out
    assert out.startswith('Model: "net"\n') and "\x1b" not in out


def test_html_for_notebooks():
    text = branches(kerax)._repr_html_()
    assert text.count("<tr>") == 7  # head, five layers, one nested
    assert "Connected to" in text and "Total params: <b>" in text
    for colour in re.findall(r"(?<![-\w])(?:color|background): ([^;]+);", text):
        assert colour in ("inherit", "transparent")  # readable on any background
