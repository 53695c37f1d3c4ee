"""Preparing data the way of older tf.keras scripts: texts, sequences, images.

New scripts use layers instead: ``kerax.layers.TextVectorization``, ``kerax.layers.Resizing`` and the like.
"""

from kerax.preprocessing import sequence, text

__all__ = ["sequence", "text"]
