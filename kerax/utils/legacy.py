"""Names that Keras keeps under ``utils.legacy``."""

from kerax.registry import deserialize_keras_object, serialize_keras_object

__all__ = ["deserialize_keras_object", "serialize_keras_object"]
