"""Every mistake in the tables is answered: what it was, what was expected, what came, and the way out."""

import re

import pytest

from . import (
    compile_mistakes,
    data_mistakes,
    fit_mistakes,
    layer_mistakes,
    model_mistakes,
    state_mistakes,
    warning_mistakes,
)

TABLES = (layer_mistakes, model_mistakes, compile_mistakes, fit_mistakes, data_mistakes, state_mistakes)
MISTAKES = [mistake for table in TABLES for mistake in table.ALL]
LEAST_ROWS = 100
# Words of a stack trace or of the compiler: whoever made the mistake can do nothing with them.
FOREIGN = re.compile(r"XlaRuntimeError|JaxRuntimeError|jaxlib|Traceback|Tracer<|jax\._src|ShapedArray")


def check(message: str, words: tuple[str, ...]) -> None:
    missing = [word for word in words if not re.search(word, message, re.IGNORECASE | re.DOTALL)]
    assert not missing, f"missing {missing} in: {message}"
    assert not FOREIGN.search(message), message
    assert len(message) < 900, "too long to be read"


def test_there_are_many_rows_and_none_twice():
    names = [mistake.name for mistake in MISTAKES]
    assert len(names) >= LEAST_ROWS
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_mistake_is_answered(mistake):
    with pytest.raises(mistake.raises) as caught:
        mistake.do()
    assert not (type(caught.value).__module__ or "").startswith("jax")
    check(str(caught.value), mistake.words)


@pytest.mark.parametrize("mistake", warning_mistakes.ALL, ids=lambda mistake: mistake.name)
def test_mistake_is_warned_of(mistake):
    with pytest.warns(mistake.raises) as caught:
        mistake.do()
    messages = [str(warning.message) for warning in caught if issubclass(warning.category, mistake.raises)]
    assert len(messages) == 1, messages
    check(messages[0], mistake.words)
