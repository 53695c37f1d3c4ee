"""Estimators say what they do at every step: not while they are tested."""

import logging

import pytest

import kerax.estimators as E


@pytest.fixture(autouse=True)
def quiet():
    level = E.logs.logger.level
    E.logs.logger.setLevel(logging.ERROR)
    yield
    E.logs.logger.setLevel(level)
