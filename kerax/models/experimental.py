"""What ``tf.keras.models.experimental`` holds."""

from kerax.models.sharpness_aware import SharpnessAwareMinimization

__all__ = ["SharpnessAwareMinimization"]
