"""The training loop: sources of batches, pure steps, compiled programs, and the loops over them."""

from kerax.training.train_state import TrainState
from kerax.training.trainer import Trainer
from kerax.utils.structures import pack_x_y_sample_weight, unpack_x_y_sample_weight

__all__ = ["TrainState", "Trainer", "pack_x_y_sample_weight", "unpack_x_y_sample_weight"]
