"""Modules inside of ``tf.types.experimental``."""

from __future__ import annotations

from kerax.compat.tensorflow._namespace import Namespace, table

distributed = Namespace("tf.types.experimental.distributed", table(_types="Mirrored PerReplica"))
