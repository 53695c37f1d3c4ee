"""Summaries for TensorBoard, written by hand: scalars, histograms, images, figures, texts, sounds, hyperparameters."""

from kerax.summary import experimental
from kerax.summary.figures import figure
from kerax.summary.kinds import audio, histogram, image, scalar, text, write
from kerax.summary.structure import hparams, keras_model
from kerax.summary.writer import (
    SummaryWriter,
    create_file_writer,
    create_noop_writer,
    flush,
    has_default_writer,
    record_if,
    should_record_summaries,
)

__all__ = [
    "SummaryWriter",
    "audio",
    "create_file_writer",
    "create_noop_writer",
    "experimental",
    "figure",
    "flush",
    "has_default_writer",
    "histogram",
    "hparams",
    "image",
    "keras_model",
    "record_if",
    "scalar",
    "should_record_summaries",
    "text",
    "write",
]
