"""plot_model and model_to_dot: a model's layers and their connections as a picture or as DOT text."""

from __future__ import annotations

import inspect
import os
from typing import Any

from kerax.errors import unknown_name
from kerax.models.pictures.dot import Dot, dot_text
from kerax.models.pictures.structure import Diagram, Shown, diagram_of
from kerax.models.pictures.svg import draw
from kerax.utils.picture import Picture
from kerax.utils.terminal import say

_DIRECTIONS = ("TB", "BT", "LR", "RL")
_LEGACY = ("layer_range",)


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
    _check(kwargs, rankdir, "plot_model()")
    shown = Shown(show_shapes, show_dtype, show_layer_names, expand_nested, show_layer_activations, show_trainable)
    diagram = _diagram(model, shown, "plot_model()")
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
    _check(kwargs, rankdir, "model_to_dot()")
    shown = Shown(show_shapes, show_dtype, show_layer_names, expand_nested, show_layer_activations, show_trainable)
    return Dot(dot_text(_diagram(model, shown, "model_to_dot()"), show_layer_names, rankdir, splines, dpi, subgraph))


def _diagram(model: Any, shown: Shown, where: str) -> Diagram:
    if not getattr(model, "built", False):
        raise ValueError(
            f"{where}: model {getattr(model, 'name', model)!r} is not built, so its layers are not known: call it on "
            "data, or model.build(input_shape), first."
        )
    return diagram_of(model, shown)


def _check(kwargs: dict[str, Any], rankdir: str, where: str) -> None:
    for name, value in kwargs.items():
        if name not in _LEGACY:
            raise unknown_name(f"argument of {where}", name, list(inspect.signature(plot_model).parameters)[1:11])
        if value is not None:
            raise ValueError(f"{where}: argument {name} is not supported, as in Keras 3: give a part of the model.")
    if rankdir not in _DIRECTIONS:
        raise unknown_name(f"rankdir of {where}", rankdir, _DIRECTIONS)
