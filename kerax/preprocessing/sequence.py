"""Sequences; the names of ``tf.keras.preprocessing.sequence``."""

from kerax.preprocessing.skipgrams import make_sampling_table, skipgrams
from kerax.preprocessing.timeseries_generator import TimeseriesGenerator
from kerax.utils.sequences import pad_sequences

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]
