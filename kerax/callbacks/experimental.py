"""Names that tf.keras keeps under ``callbacks.experimental``."""

from kerax.callbacks.backup_and_restore import BackupAndRestore

__all__ = ["BackupAndRestore"]
