"""The package as a whole: version, light import, names of the root links, what the README promises."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import kerax
from kerax._version import __version__

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}  # child processes find kerax, installed or not
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md"))]
HEAVY = {"h5py", "pandas", "matplotlib", "orbax", "flax.nnx", "tensorflow", "torch", "keras", "sklearn", "PIL"}
COMMANDS = ["pip install -e . && python examples/quickstart.py", 'pip install -e ".[test]" && pytest']


def python(code, cwd=ROOT):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, env=ENVIRONMENT)


def test_version():
    assert kerax.__version__ == __version__
    assert re.fullmatch(r"\d+\.\d+\.\d+([a-z]+\d+)?", __version__)


def test_import_stays_light():
    done = python("import sys, kerax; print('\\n'.join(sys.modules))")
    assert done.returncode == 0, done.stderr
    assert not HEAVY & set(done.stdout.split())


def test_import_starts_no_jax_backend():
    """Importing must not claim an accelerator: the user may still choose one."""
    done = python("import kerax; from jax._src import xla_bridge; print(xla_bridge._backends)")
    assert done.stdout.strip() == "{}", done.stdout + done.stderr


@pytest.mark.parametrize("name", ["data", "estimators"])
def test_root_links_are_no_second_package(name):
    assert (ROOT / name).is_symlink() and (ROOT / name).resolve() == ROOT / "kerax" / name
    done = python(f"import {name}")
    assert done.returncode != 0
    assert "ImportError" in done.stderr and f"kerax.{name}" in done.stderr
    assert python(f"import kerax.{name}").returncode == 0


def test_readme_commands():
    blocks = re.findall(r"```bash\n(.*?)```", README, flags=re.DOTALL)
    assert [block.strip() for block in blocks] == COMMANDS
    for command in COMMANDS[1].split(" && "):
        assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_no_document_installs_a_stranger():
    """The name on the package index belongs to somebody else."""
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.py")]:
        assert not re.search(r"pip3? install [^-.\n`]*\bkerax\b", path.read_text(encoding="utf-8")), path


def test_readme_python_runs(tmp_path):
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)).replace("epochs=20", "epochs=2")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=120, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "digits.weights.h5").exists()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    text = re.sub(r"```.*?```", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.DOTALL)  # code has no links
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text):
        assert ((ROOT / document).parent / target).exists(), f"{document} links to {target}"


def test_dependencies_have_lower_bounds_only():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"]:
        assert re.fullmatch(r"[a-z0-9]+>=[0-9.]+", requirement), requirement


def test_files_stay_readable():
    long = {p: n for p in ROOT.glob("kerax/**/*.py") if (n := len(p.read_text(encoding="utf-8").splitlines())) > 500}
    assert not long, f"over 500 lines: {long}"


def test_the_environment_turns_the_compilation_cache_off():
    code = "import jax, kerax; print(jax.config.jax_compilation_cache_dir)"
    for value, expected in (("0", True), ("1", False)):
        env = {k: v for k, v in os.environ.items() if k != "JAX_COMPILATION_CACHE_DIR"}
        env |= {"KERAX_COMPILATION_CACHE": value, "PYTHONPATH": str(ROOT)}
        printed = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        ).stdout
        assert (printed.strip() == "None") is expected
