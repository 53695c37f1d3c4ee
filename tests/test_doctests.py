"""Every example in kerax's docstrings runs and prints what it says."""

import doctest
import importlib.util
import re
import warnings
from pathlib import Path

import pytest

import kerax

# Two minutes of compiling small examples: continuous integration runs them in its second step.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
# Imports of examples that the tests do without: too large to install for them.
ABSENT_PERHAPS = {"torch": re.compile(r">>> import .*\btorch\b")}
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def _modules():
    """Every module of the package that has an example, by file: nothing is imported to find them."""
    for path in sorted((ROOT / "kerax").rglob("*.py")):
        if ">>>" in path.read_text(encoding="utf-8"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("module_name", list(_modules()))
def test_examples_in(module_name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # examples that save files save them there
    module = importlib.import_module(module_name)
    finder = doctest.DocTestFinder(exclude_empty=True)
    failures: list[str] = []
    for example in finder.find(module, module_name):
        if not example.examples or any(
            found.search(example.docstring) and not importlib.util.find_spec(name)
            for name, found in ABSENT_PERHAPS.items()
        ):
            continue
        kerax.utils.clear_session()  # automatic names start again: dense, dense_1, ...
        with warnings.catch_warnings():
            runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
            runner.run(example, out=failures.append)
    assert not failures, "".join(failures)
