"""Runs Keras's own unit tests against kerax.

    python -m tests.conformance.run --area layers --area losses --show 20
    python -m tests.conformance.run --sample 10                # at most 10 tests an area, always the same ones

Imports of `keras...` in the test files are answered from kerax's public names; nothing of Keras's own implementation
takes part. tests.json lists the tests: those that ask for public behaviour only and pass with Keras itself on JAX.
"""

import argparse
import collections
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ATTEMPTS = 6  # of an area whose process ends in the middle of a test


def chosen(areas=(), sample=0):
    """Area to test ids: all of the named areas (or of everything), or a fixed sample of each."""
    table = json.loads((HERE / "tests.json").read_text(encoding="utf-8"))["areas"]
    wanted = {a: ids for a, ids in table.items() if not areas or any(a == w or a.startswith(f"{w}/") for w in areas)}
    if not sample:
        return wanted
    return {a: sorted(ids, key=lambda i: hashlib.sha256(i.encode()).hexdigest())[:sample] for a, ids in wanted.items()}


def keras_sources():
    """The folder that holds the installed `keras` package."""
    return Path(importlib.util.find_spec("keras").origin).parent.parent


def _records(path):
    """Test id to its record, and the test that had begun when the process ended."""
    done, begun = {}, None
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        record = json.loads(line)
        if record.get("start"):
            begun = record["id"]
        elif "outcome" in record:
            done[record["id"]], begun = record, None
    return done, begun


def run(ids, implementation="kerax", timeout=180):
    """Runs tests in a child process and returns test id to record; a test that was never reached is missing.

    Args:
        ids: test ids, ``path below keras/src::class::test``.
        implementation: package to import, `keras` for the reference.
        timeout: processor seconds for one test.
    """
    sources = keras_sources()
    with tempfile.TemporaryDirectory(prefix="conformance_") as work:
        work = Path(work)
        (work / "pytest.ini").write_text("[pytest]\npython_files = *_test.py\n", encoding="utf-8")
        records, names = work / "records.jsonl", work / "ids.txt"
        environment = {
            **os.environ,
            "CONFORMANCE_IMPL": implementation,
            "CONFORMANCE_TESTS": str(sources),
            "CONFORMANCE_TIMEOUT": str(timeout),
            "CONFORMANCE_OUT": str(records),
            "CONFORMANCE_IDS": str(names),
            "PYTHONPATH": os.pathsep.join([str(HERE), str(ROOT)]),
            "KERAS_BACKEND": "jax",
            "JAX_PLATFORMS": os.environ.get("JAX_PLATFORMS", "cpu"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        for _ in range(ATTEMPTS):
            done, _ = _records(records)
            left = [i for i in ids if i not in done]
            if not left:
                break
            names.write_text("\n".join(left), encoding="utf-8")
            options = "-q -p adapter.plugin -p no:cacheprovider -p no:warnings -p no:xdist --noconftest --tb native"
            files = sorted({str(sources / "keras" / "src" / i.split("::")[0]) for i in left})
            config = ["--continue-on-collection-errors", "--rootdir", str(work), "-c", str(work / "pytest.ini")]
            command = [sys.executable, "-m", "pytest", *options.split(), *config, *files]
            subprocess.run(command, cwd=work, env=environment, capture_output=True, check=False)
            done, begun = _records(records)
            if begun is None:
                break
            with records.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"id": begun, "outcome": "crashed", "err": "the process ended"}) + "\n")
        return _records(records)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--area", action="append", default=[], help="an area, or a prefix such as layers")
    parser.add_argument("--sample", type=int, default=0, help="at most this many tests an area")
    parser.add_argument("--implementation", default="kerax", help="kerax, or keras for the reference")
    parser.add_argument("--show", type=int, default=0, help="print the first failures of each area")
    options = parser.parse_args()
    areas = chosen(options.area, options.sample)
    records = run([i for ids in areas.values() for i in ids], options.implementation)
    print(f"{'area':30} {'passed':>6} {'tests':>6} {'%':>7}")
    for area, ids in areas.items():
        counts = collections.Counter(records[i]["outcome"] if i in records else "absent" for i in ids)
        print(f"{area:30} {counts['passed']:6} {len(ids):6} {100 * counts['passed'] / len(ids):6.1f}%")
        for i in [i for i in ids if records.get(i, {}).get("outcome") != "passed"][: options.show]:
            print("   ", i, "|", records.get(i, {}).get("err", "absent")[:200].replace("\n", " "))


if __name__ == "__main__":
    main()
