"""What ``tf.keras.experimental`` holds."""

from kerax.feature_column import SequenceFeatures
from kerax.models.linear_model import LinearModel
from kerax.models.wide_deep_model import WideDeepModel
from kerax.optimizers.schedules import CosineDecay, CosineDecayRestarts

__all__ = ["CosineDecay", "CosineDecayRestarts", "LinearModel", "SequenceFeatures", "WideDeepModel"]
