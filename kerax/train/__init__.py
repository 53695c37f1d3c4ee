"""Checkpoints as TensorFlow writes them: saving, restoring, and looking into them."""

from kerax.saving.tensor_bundle import read_tensor_bundle
from kerax.saving.tensor_bundle_write import write_tensor_bundle
from kerax.train.checkpoint import Checkpoint
from kerax.train.checkpoint_manager import CheckpointManager
from kerax.train.checkpoint_reader import (
    CheckpointReader,
    checkpoints_iterator,
    list_variables,
    load_checkpoint,
    load_variable,
)
from kerax.train.checkpoint_state import (
    CheckpointState,
    checkpoint_exists,
    get_checkpoint_state,
    latest_checkpoint,
    remove_checkpoint,
    update_checkpoint_state,
)
from kerax.train.checkpoint_status import CheckpointStatus
from kerax.train.sidecar_evaluator import SidecarEvaluator

__all__ = [
    "Checkpoint",
    "CheckpointManager",
    "CheckpointReader",
    "CheckpointState",
    "CheckpointStatus",
    "SidecarEvaluator",
    "checkpoint_exists",
    "checkpoints_iterator",
    "get_checkpoint_state",
    "latest_checkpoint",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "read_tensor_bundle",
    "remove_checkpoint",
    "update_checkpoint_state",
    "write_tensor_bundle",
]
