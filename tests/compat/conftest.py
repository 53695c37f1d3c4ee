"""A test that asks for ``tf`` speaks TensorFlow as `kerax run` does, begins unseeded, and leaves kerax as it was."""

import pytest


@pytest.fixture
def tf():
    import kerax.compat.tensorflow as namespace
    from kerax.compat.tensorflow._edges import script_mode
    from kerax.state.rng import forget_seed

    forget_seed()  # of an earlier test
    script_mode(True)
    yield namespace
    script_mode(False)
