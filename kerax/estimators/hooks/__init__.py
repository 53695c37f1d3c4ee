"""Hooks: objects that training, evaluation and prediction call at every step."""
