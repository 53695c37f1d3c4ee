"""``kerax inspect FILE``: format, version, layers, weights and sizes of a file."""

from __future__ import annotations

import argparse
import json

from kerax.cli.describe import describe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Says what the command takes."""
    parser.add_argument(
        "file",
        help=".keras, .h5, .weights.h5, .safetensors, .weights.json, TFRecord, the prefix or folder of a TensorFlow "
        "checkpoint, or the folder of a SavedModel",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Prints the description."""
    found = describe(arguments.file)
    if arguments.json:
        print(json.dumps(found, indent=1))
        return 0
    for key, value in found.items():
        if key not in ("layers", "weights", "features"):
            print(f"{key}: {value}")
    for layer in found.get("layers", []):
        print(f"  {'  ' * layer['depth']}{layer['name']} ({layer['class']})")
    weights = found.get("weights", [])
    if weights:
        total = sum(one["elements"] for one in weights)
        print(f"weights: {len(weights)}, {total:,} elements")
        width = max(len(one["name"]) for one in weights)
        for one in weights:
            print(f"  {one['name']:<{width}}  {one['dtype']:<9} {tuple(one['shape'])}")
    for name, kind in found.get("features", {}).items():
        print(f"  {name}: {kind}")
    return 0
