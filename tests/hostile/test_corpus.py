"""No file of the corpus runs code, opens another file, exhausts the machine, or is taken for a model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FREE_MEGABYTES = 150
TIMES_THE_FILE = 8
SECONDS = 30
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture(scope="module")
def results(folder):
    """Everything is loaded in one child process, with 4 GB of address space to spare and an audit hook."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.hostile.run_corpus", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, f"the loader ended the process ({done.returncode}): {done.stderr[-2000:]}"
    return json.loads(done.stdout.split("RESULTS")[1])


def failing(results, test):
    return {name: result for name, result in results.items() if not test(name, result)}


def test_every_file_is_refused_by_a_value_error_or_os_error(results):
    assert len(results) > 450
    assert not failing(results, lambda name, result: result["outcome"] == "refused")


def test_the_readers_next_door_raise_nothing_strange(results):
    """The file editor, `kerax inspect`, `deserialize`, `from_config`: what they do counts in all other tests, too."""
    assert not failing(results, lambda name, result: not result["strange"])


def test_nothing_is_run_and_no_other_file_is_opened(results, folder):
    assert not failing(results, lambda name, result: not result["did"])
    assert not list(folder.rglob("canary")) and not list(folder.rglob("outside"))


def test_a_refused_file_of_weights_leaves_the_model_as_it_was(results):
    assert not failing(results, lambda name, result: result["unchanged"])


def test_the_cost_is_bounded_by_the_file(results):
    def cheap(name, result):
        allowed = max(FREE_MEGABYTES, TIMES_THE_FILE * result["file_megabytes"])
        return result["megabytes"] <= allowed and result["seconds"] <= SECONDS

    assert not failing(results, cheap)


def test_refusals_name_the_file(results):
    def named(name, result):
        nameless = name.endswith((".json", ".yaml")) and not name.endswith(".weights.json")  # texts
        return nameless or Path(name).name.removesuffix(".index") in result["message"]

    assert not failing(results, named)
    assert not failing(results, lambda name, result: len(result["message"]) > 20)


def test_shapes_are_compared_with_what_is_stored_before_anything_else(results):
    """By layer and weight, or by the place in the file; not because memory or the model's own shape say no."""
    said = {name: result["message"] for name, result in results.items() if name.startswith("shape_bombs/")}
    assert len(said) > 15
    for name, message in said.items():
        assert "bytes are stored" in message or ("of layer" in message and "belong to its weights" in message), name


def test_links_are_refused_because_they_are_links(results):
    """Not because what they lead to cannot be read."""
    said = {name: result["message"] for name, result in results.items() if name.startswith(("links/", "folders/"))}
    assert len(said) > 20
    for name, message in said.items():
        assert "link" in message.replace(str(Path(name).parent), "").replace(Path(name).name, "") or (
            "another file" in message
        ), (name, message)


def test_arrays_of_data_sets_are_compared_with_their_bytes(results):
    for name in ("huge", "negative", "overflow", "short", "long"):
        assert "does not hold the bytes of its shape" in results[f"arrays_of_data_sets/{name}.npz"]["message"], name
