"""Pictures of models are complete, readable SVG, and need no other program."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

import kerax
from kerax import layers
from kerax.models.pictures.layout import lay_out, ranks_of

SVG = "{http://www.w3.org/2000/svg}"


def twins():
    pixels = kerax.Input((4, 4, 1), name="pixels")
    encoder = kerax.Model(pixels, layers.Flatten(name="flat")(layers.Conv2D(2, 3, name="conv")(pixels)), name="encoder")
    a, b = kerax.Input((4, 4, 1), name="left"), kerax.Input((4, 4, 1), name="right")
    joined = layers.Concatenate(name="join")([encoder(a), encoder(b)])
    hidden = layers.Dense(4, activation="relu", name="hidden")(joined)
    hidden = hidden * 2.0
    wrapped = layers.TimeDistributed(layers.Dense(2), name="steps")(layers.Reshape((2, 2), name="rows")(hidden))
    frozen = layers.Dense(1, trainable=False, name="frozen")(hidden)
    return kerax.Model([a, b], [wrapped, frozen], name="twins")


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_layer_is_shown_once_and_arrows_join_them():
    model = twins()
    picture = kerax.utils.plot_model(model, None, show_layer_names=True)
    found = texts(picture.svg)
    names = ["left", "right", "encoder", "join", "hidden", "multiply", "rows", "steps", "frozen"]
    assert sorted(t for t in found if t in names) == sorted(names)
    assert "TimeDistributed(Dense)" in found and "conv" not in found
    assert len(re.findall("marker-end", picture.svg)) == 8
    dot = str(kerax.utils.model_to_dot(model))
    assert len(re.findall(" -> ", dot)) == 8 and '"left" -> "encoder"' in dot


def test_a_range_of_layers():
    model = kerax.Sequential([kerax.Input((2,)), *(layers.Dense(1, name=name) for name in "abcd")])
    dot = str(kerax.utils.model_to_dot(model, layer_range=["b", "c"]))
    assert dot.count(" -> ") == 1 and '"b" -> "c"' in dot and '"a"' not in dot and '"d"' not in dot
    assert "polyline" not in kerax.utils.plot_model(model, None, layer_range=["d", "d"]).svg


def test_what_is_shown():
    model = twins()
    plain = set(texts(kerax.utils.plot_model(model, None).svg))
    assert plain <= {
        "InputLayer",
        "Functional",
        "Concatenate",
        "Dense",
        "Multiply",
        "Reshape",
        "TimeDistributed(Dense)",
    }
    options = dict(show_shapes=True, show_dtype=True, show_layer_activations=True, show_trainable=True)
    full = texts(kerax.utils.plot_model(model, None, expand_nested=True, show_layer_names=True, **options).svg)
    for text in (
        "(None, 4, 4, 1)",
        "float32",
        "relu",
        "linear",
        "yes",
        "no",
        "conv",
        "flat",
        "pixels",
        "(None, 2, 2, 2)",
    ):
        assert text in full
    dot = str(kerax.utils.model_to_dot(model, expand_nested=True, show_shapes=True))
    assert 'subgraph "cluster_encoder"' in dot and "in: (None, 16)" in dot and dot.count("{") == dot.count("}")
    assert str(kerax.utils.model_to_dot(model, subgraph=True)).startswith('subgraph "cluster_twins"')


@pytest.mark.parametrize("rankdir, axis, sign", [("TB", 1, 1), ("BT", 1, -1), ("LR", 0, 1), ("RL", 0, -1)])
def test_directions(rankdir, axis, sign):
    model = kerax.Sequential([kerax.Input((2,)), layers.Dense(2), layers.ReLU(), layers.Dense(1)])
    svg = kerax.utils.plot_model(model, None, rankdir=rankdir).svg
    places = [tuple(map(float, p)) for p in re.findall(r'<g transform="translate\(([\d.]+),([\d.]+)\)">\n<title>', svg)]
    moves = [sign * (b[axis] - a[axis]) for a, b in zip(places, places[1:])]
    assert len(places) == 4 and min(moves) > 20


def test_boxes_do_not_overlap_and_nothing_leaves_the_picture():
    sizes = [(40 + 7 * (i % 5), 20 + 3 * (i % 4)) for i in range(24)]
    arrows = [(i, j) for i in range(24) for j in range(i + 1, 24) if (i * 7 + j * 5) % 11 == 0]
    layout = lay_out(sizes, arrows, gap=8, rank_gap=10)
    ranks = ranks_of(24, arrows)
    assert all(ranks[a] < ranks[b] for a, b in arrows)
    boxes = [(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for x, y, (w, h) in zip(layout.across, layout.along, sizes)]
    for i, a in enumerate(boxes):
        assert a[0] >= -1e-6 and a[1] >= -1e-6 and a[2] <= layout.breadth + 1e-6 and a[3] <= layout.length + 1e-6
        for b in boxes[:i]:
            assert a[2] <= b[0] + 1e-6 or b[2] <= a[0] + 1e-6 or a[3] <= b[1] + 1e-6 or b[3] <= a[1] + 1e-6
    for points in layout.lines:  # a line runs forward and passes beside boxes
        assert all(a[1] < b[1] + 1e-6 for a, b in zip(points, points[1:]))


def test_a_chain_is_straight():
    layout = lay_out([(50, 10), (90, 10), (30, 10), (70, 10)], [(0, 1), (1, 2), (2, 3)], gap=8, rank_gap=10)
    assert len({round(x, 3) for x in layout.across}) == 1


def test_files(tmp_path, capsys, monkeypatch):
    model = kerax.Sequential([kerax.Input((2,)), layers.Dense(1, name="<odd & name>")])
    for ending in ("svg", "html", "dot"):
        kerax.utils.plot_model(model, tmp_path / f"m.{ending}", show_layer_names=True)
    ElementTree.parse(tmp_path / "m.svg")
    assert "prefers-color-scheme: dark" in (tmp_path / "m.html").read_text()
    assert (tmp_path / "m.dot").read_text().startswith("digraph")
    monkeypatch.setitem(__import__("sys").modules, "cairosvg", None)
    kerax.utils.plot_model(model, tmp_path / "other.png")
    assert "pip install cairosvg" in capsys.readouterr().out and (tmp_path / "other.svg").exists()
    with pytest.raises(ValueError, match=r"saved as .svg, .html, .png or .pdf"):
        kerax.utils.plot_model(model, tmp_path / "m.jpg")
    assert kerax.utils.plot_model(model, None)._repr_html_().count("<svg") == 1


def test_png(tmp_path):
    pytest.importorskip("cairosvg")
    kerax.utils.plot_model(kerax.Sequential([kerax.Input((2,)), layers.Dense(1)]), tmp_path / "m.png")
    assert (tmp_path / "m.png").read_bytes()[:4] == b"\x89PNG"


def test_models_without_a_graph():
    class Own(kerax.Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = layers.Dense(2, name="a"), layers.Dense(1, name="b")

        def call(self, x):
            return self.b(self.a(x))

    model = Own()
    with pytest.raises(ValueError, match="is not built"):
        kerax.utils.plot_model(model, None)
    model(kerax.ops.ones((1, 3)))
    assert {"a", "b"} <= set(texts(kerax.utils.plot_model(model, None, show_layer_names=True).svg))


def test_arguments():
    model = kerax.Sequential([kerax.Input((2,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="show_shapes"):
        kerax.utils.plot_model(model, None, show_shape=True)
    with pytest.raises(ValueError, match="no layer 'nowhere' for layer_range"):
        kerax.utils.plot_model(model, None, layer_range=["nowhere", "b"])
    with pytest.raises(ValueError, match="rankdir"):
        kerax.utils.model_to_dot(model, rankdir="UP")


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_lines_turn_beside_no_box(rankdir):
    """A line bends between the ranks, where no box stands, however large the box beside its end is."""
    head = kerax.Sequential([kerax.Input((8,)), layers.Dense(4)], name="head")
    inner = kerax.Input((8,))
    tower = kerax.Model(inner, head(layers.Dropout(0.2)(inner)), name="tower")
    x = kerax.Input((8,), name="a_long_name_that_makes_a_wide_box")
    model = kerax.Model(x, layers.Concatenate()([head(x), tower(x)]))
    layout = lay_out([(90.0, 40.0), (60.0, 30.0), (80.0, 200.0)], [(0, 1), (0, 2)], gap=10, rank_gap=20)
    assert all(y <= 60 for line in layout.lines for (x0, y), (x1, _) in zip(line, line[1:]) if abs(x0 - x1) > 1)
    svg = kerax.utils.plot_model(model, None, rankdir=rankdir, expand_nested=True).svg
    assert svg.count("<path") > 5 and "-0.0" not in svg
