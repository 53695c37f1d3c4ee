"""Example and SequenceExample: the messages that records hold."""

from __future__ import annotations

from typing import Any

from kerax.data.records.example import Feature, FeatureList, FeatureLists, Features, Message
from kerax.utils.protobuf import bytes_field, iter_fields


class Example(Message):
    """A record of named features, as TensorFlow stores it.

    Args:
      features: a ``Features`` message.

    Example:
      >>> import kerax.data
      >>> example = kerax.data.Example.of({"x": [1.5], "name": "ann"})
      >>> kerax.data.Example.FromString(example.SerializeToString()).features.feature["name"].bytes_list.value
      [b'ann']
    """

    def __init__(self, features: Features | None = None) -> None:
        self.features = Features() if features is None else features
        if not isinstance(self.features, Features):
            raise TypeError(f"Example(features=...) expects Features, received {type(features).__name__}.")

    @staticmethod
    def of(values: dict[str, Any]) -> Example:
        """Makes an Example of plain values, lists and arrays by name.

        Args:
          values: name -> integers, floats or text.
        """
        return Example(Features({name: Feature.of(value) for name, value in values.items()}))

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        features = self.features.SerializeToString()
        return bytes_field(1, features) if features else b""

    @classmethod
    def _decoded(cls, data: bytes) -> Example:
        fields = iter_fields(data, "tf.train.Example")
        return cls(
            Features._decoded(b"".join(bytes(part) for number, wire, part, _ in fields if (number, wire) == (1, 2)))
        )

    def _parts(self) -> list[tuple[str, Any]]:
        return [("features", self.features._parts())] if self.features.feature else []

    def __repr__(self) -> str:
        return f"Example(features={self.features!r})"


class SequenceExample(Message):
    """A record of a sequence: features of the whole, and a list of features for every name.

    Args:
      context: a ``Features`` message.
      feature_lists: a ``FeatureLists`` message.

    Example:
      >>> import kerax.data
      >>> example = kerax.data.SequenceExample.of({"id": 1}, {"t": [[1], [2, 3]]})
      >>> kerax.data.SequenceExample.FromString(example.SerializeToString()) == example
      True
    """

    def __init__(self, context: Features | None = None, feature_lists: FeatureLists | None = None) -> None:
        self.context = Features() if context is None else context
        self.feature_lists = FeatureLists() if feature_lists is None else feature_lists

    @staticmethod
    def of(context: dict[str, Any], sequences: dict[str, Any]) -> SequenceExample:
        """Makes a SequenceExample of plain values.

        Args:
          context: name -> values.
          sequences: name -> the values of every step.
        """
        lists = {name: FeatureList([Feature.of(step) for step in steps]) for name, steps in sequences.items()}
        return SequenceExample(Example.of(context).features, FeatureLists(lists))

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        parts = (self.context.SerializeToString(), self.feature_lists.SerializeToString())
        return b"".join(bytes_field(number, part) for number, part in enumerate(parts, 1) if part)

    @classmethod
    def _decoded(cls, data: bytes) -> SequenceExample:
        fields = [
            (number, bytes(part))
            for number, wire, part, _ in iter_fields(data, "tf.train.SequenceExample")
            if wire == 2
        ]
        context, lists = (b"".join(part for number, part in fields if number == wanted) for wanted in (1, 2))
        return cls(Features._decoded(context), FeatureLists._decoded(lists))

    def _parts(self) -> list[tuple[str, Any]]:
        parts = (("context", self.context._parts()), ("feature_lists", self.feature_lists._parts()))
        return [(name, inner) for name, inner in parts if inner]

    def __repr__(self) -> str:
        return f"SequenceExample(context={self.context!r}, feature_lists={self.feature_lists!r})"
