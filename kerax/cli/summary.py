"""``kerax summary FILE``: the layers, shapes and numbers of parameters of a saved model."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Says what the command takes."""
    parser.add_argument("file", help="a saved model: .keras, or tf.keras's .h5; .json with a model's configuration")
    parser.add_argument("--expand-nested", action="store_true", help="list the layers of models inside the model too")
    parser.add_argument("--trainable", action="store_true", help="show which layers are trained")
    parser.add_argument("--width", type=int, default=None, metavar="N", help="characters in a line")


def run(arguments: argparse.Namespace) -> int:
    """Prints the summary."""
    from kerax.models.summary import print_summary

    print_summary(
        load(arguments.file), arguments.width, expand_nested=arguments.expand_nested, show_trainable=arguments.trainable
    )
    return 0


def load(path: str):
    """Reads a model, without its compile settings.

    Args:
      path: a file with a whole model, or its configuration as JSON.

    Raises:
      ValueError: naming the file, if it holds no model.
      OSError: if it cannot be read.

    Example:
      >>> import kerax
      >>> from kerax.cli.summary import load
      >>> kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)]).save("m.keras")
      >>> load("m.keras").count_params()
      3
    """
    from kerax.models import load_model, model_from_json

    if path.endswith((".weights.h5", ".safetensors", ".index")):
        raise ValueError(
            f"{path!r} holds weights, which do not tell how their model is built. Try: kerax inspect {path}"
        )
    if path.endswith(".json"):
        with open(path, encoding="utf-8") as file:
            return model_from_json(file.read())
    return load_model(path, compile=False)
