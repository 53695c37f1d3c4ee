"""``kerax plot FILE -o model.svg``: a picture of a saved model."""

from __future__ import annotations

import argparse

from kerax.cli.summary import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Says what the command takes."""
    parser.add_argument("file", help="a saved model: .keras, or tf.keras's .h5; .json with a model's configuration")
    parser.add_argument(
        "-o", "--output", default="model.svg", metavar="PICTURE",
        help="file to write: .svg (the default is model.svg), .html, .dot; .png and .pdf with the package cairosvg",
    )  # fmt: skip
    parser.add_argument("--no-shapes", action="store_true", help="leave out the shapes")
    parser.add_argument("--no-names", action="store_true", help="leave out the names of the layers")
    parser.add_argument("--dtypes", action="store_true", help="show dtypes")
    parser.add_argument("--activations", action="store_true", help="show activation functions")
    parser.add_argument("--trainable", action="store_true", help="show which layers are trained")
    parser.add_argument("--expand-nested", action="store_true", help="draw the layers of models inside the model")
    parser.add_argument("--direction", default="TB", choices=("TB", "BT", "LR", "RL"), help="of the arrows")
    parser.add_argument("--dpi", type=float, default=200, help="dots per inch of a .png")


def run(arguments: argparse.Namespace) -> int:
    """Writes the picture and says where."""
    from kerax.models.pictures import plot_model

    path = arguments.output
    plot_model(
        load(arguments.file), path, show_shapes=not arguments.no_shapes, show_dtype=arguments.dtypes,
        show_layer_names=not arguments.no_names, rankdir=arguments.direction, expand_nested=arguments.expand_nested,
        dpi=arguments.dpi, show_layer_activations=arguments.activations, show_trainable=arguments.trainable,
    )  # fmt: skip
    print(f"wrote {path}")
    return 0
