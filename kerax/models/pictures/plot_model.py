"""plot_model and model_to_dot: a model's layers and their connections as a picture or as DOT text."""

from __future__ import annotations

import inspect
import os
from typing import Any

from kerax.errors import unknown_name
from kerax.models.pictures.dot import Dot, dot_text
from kerax.models.pictures.structure import Diagram, Shown, diagram_of
from kerax.models.pictures.svg import draw
from kerax.models.summary_rows import layer_span
from kerax.utils.picture import Picture
from kerax.utils.terminal import say

_DIRECTIONS = ("TB", "BT", "LR", "RL")


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    layer_range: Any = None,
    **kwargs: Any,
) -> Picture:
    """Draws a model's layers and how they are connected. Neither Graphviz nor pydot is needed.

    Args:
      model: a built model.
      to_file: file name ending in ``.svg``, ``.html``, ``.dot``, ``.png`` or ``.pdf``; None for no file. The last two
        need the package cairosvg; without it the picture is written as ``.svg``, with a message.
      show_shapes: whether shapes of inputs and outputs are shown.
      show_dtype: whether dtypes of outputs are.
      show_layer_names: whether names of layers are; else their classes only.
      rankdir: direction of the arrows: ``"TB"`` (down), ``"BT"``, ``"LR"`` or ``"RL"``.
      expand_nested: whether models inside the model are drawn with their layers.
      dpi: dots per inch of a ``.png``.
      show_layer_activations: whether activation functions are shown.
      show_trainable: whether it is shown which layers are trained.
      splines: ``"ortho"`` for lines with right angles, ``"polyline"`` or ``"line"`` for straight ones, others for
        curves.
      layer_range: pair of names or regular expressions, the first and the last layer to draw, as in tf.keras; None for
        all.

    Returns:
      The picture, which notebooks show; ``picture.save(path)`` writes it into another file.

    Raises:
      ValueError: for a model that is not built, or an unknown argument, direction or file ending.
      OSError: naming the path, if it cannot be written.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(2)])
      >>> picture = kerax.utils.plot_model(model, "model.svg", show_shapes=True)
      >>> "Dense" in picture.svg
      True
    """
    shown = Shown(show_shapes, show_dtype, show_layer_names, expand_nested, show_layer_activations, show_trainable)
    diagram = _diagram(model, shown, rankdir, layer_range, kwargs, "plot_model()")
    picture = Picture(draw(diagram, show_layer_names, rankdir, splines), f"Model {model.name}")
    if to_file is None:
        return picture
    path = os.fspath(to_file)
    if path.endswith((".dot", ".gv")):
        Dot(dot_text(diagram, show_layer_names, rankdir, splines, dpi)).write(path)
        return picture
    if not os.path.splitext(path)[1]:
        path += ".png"
    try:
        picture.save(path, dpi)
    except ImportError as error:
        other = picture.save(os.path.splitext(path)[0] + ".svg")
        say(f"plot_model(): {error} The picture is in {other!r}.")
    return picture


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    layer_range: Any = None,
    **kwargs: Any,
) -> Dot:
    """A model's layers and their connections in Graphviz's language.

    Args:
      model: a built model.
      show_shapes: as in ``plot_model``, like the following ones.
      show_dtype: likewise.
      show_layer_names: likewise.
      rankdir: likewise.
      expand_nested: likewise.
      dpi: likewise.
      subgraph: whether the text is that of a cluster, to be put into another graph.
      show_layer_activations: likewise.
      show_trainable: likewise.
      splines: likewise.
      layer_range: likewise.

    Returns:
      The text, as an object with ``to_string()`` and ``write(path)``, as pydot's.

    Raises:
      ValueError: for a model that is not built, or an unknown argument or direction.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(2, name="out")])
      >>> '"out" [label="out (Dense)"];' in str(kerax.utils.model_to_dot(model))
      True
    """
    shown = Shown(show_shapes, show_dtype, show_layer_names, expand_nested, show_layer_activations, show_trainable)
    diagram = _diagram(model, shown, rankdir, layer_range, kwargs, "model_to_dot()")
    return Dot(dot_text(diagram, show_layer_names, rankdir, splines, dpi, subgraph))


def _diagram(model: Any, shown: Shown, rankdir: str, layer_range: Any, unknown: dict[str, Any], where: str) -> Diagram:
    for name in unknown:
        raise unknown_name(f"argument of {where}", name, list(inspect.signature(plot_model).parameters)[1:-1])
    if rankdir not in _DIRECTIONS:
        raise unknown_name(f"rankdir of {where}", rankdir, _DIRECTIONS)
    if not getattr(model, "built", False):
        raise ValueError(
            f"{where}: model {getattr(model, 'name', model)!r} is not built, so its layers are not known: call it on "
            "data, or model.build(input_shape), first."
        )
    diagram = diagram_of(model, shown)
    if layer_range is None:
        return diagram
    first, last = layer_span([box.name for box in diagram.boxes], layer_range, where)
    arrows = [(a - first, b - first) for a, b in diagram.arrows if first <= a <= last and first <= b <= last]
    return Diagram(diagram.title, diagram.boxes[first : last + 1], arrows)
