"""The folder that ``kerax run`` puts first on ``PYTHONPATH``, for the processes that a program starts."""
