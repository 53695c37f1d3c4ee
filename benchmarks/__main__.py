"""`python -m benchmarks`: measure kerax against its peers and write the table."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import machine
from benchmarks.contenders import CONTENDERS, HANDWRITTEN
from benchmarks.driver import Session, measure_imports, measure_start
from benchmarks.report import document
from benchmarks.workloads import WORKLOADS, get_workload

RESULTS = Path(__file__).resolve().parent / "results"
SHIPPED = RESULTS.parent.parent / "kerax" / "cli" / "benchmark.md"  # what `kerax bench` shows
PEERS = ("keras3", "tf")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--workloads", default=",".join(WORKLOADS), help="comma-separated (default: all)")
    parser.add_argument(
        "--peers", default=",".join(PEERS), help="of keras3, tf; 'none' for kerax and hand-written only"
    )
    parser.add_argument(
        "--only", default="", help="contenders to run, instead of kerax, the hand-written ones and --peers"
    )
    parser.add_argument("--rounds", type=int, default=7, help="measured rounds (default 7)")
    parser.add_argument("--tf-python", default=None, help="interpreter of the environment that has TensorFlow 2.15")
    parser.add_argument("--quick", action="store_true", help="few samples: shows that everything runs")
    parser.add_argument("--no-start", action="store_true", help="leave out import time, first step and peak memory")
    parser.add_argument("--start-workload", default="mlp_32", help="workload of first step and peak memory")
    parser.add_argument(
        "--name", default=None, help="file name under benchmarks/results (default: 'quick' or 'latest')"
    )
    chosen = parser.parse_args(arguments)
    chosen.workloads = [name for name in chosen.workloads.split(",") if name]
    peers = [] if chosen.peers == "none" else chosen.peers.split(",")
    chosen.contenders = chosen.only.split(",") if chosen.only else ["kerax", *HANDWRITTEN, *peers]
    for kind, names, known in (
        ("workload", [*chosen.workloads, chosen.start_workload], WORKLOADS),
        ("contender", chosen.contenders, CONTENDERS),
    ):
        for name in names:
            if name not in known:
                parser.error(f"unknown {kind} {name!r}; there are {', '.join(known)}")
    if chosen.rounds < 1:
        parser.error(f"--rounds must be at least 1, got {chosen.rounds}")
    return chosen


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and write."""
    chosen = parse(arguments)
    load_before = machine.load()
    if load_before > machine.BUSY_LOAD:
        print(f"The machine is busy (load {load_before:.2f}): these figures are preliminary.", file=sys.stderr)
    with tempfile.NamedTemporaryFile("w+", prefix="kerax-benchmarks-", suffix=".log", delete=False) as log:
        print(f"What the frameworks print goes to {log.name}", file=sys.stderr)
        session = Session(chosen.contenders, chosen.tf_python, log, chosen.quick, chosen.rounds)
        measured = []
        try:
            for name in chosen.workloads:
                print(f"measuring {name} ...", file=sys.stderr, flush=True)
                measured += session.run(get_workload(name, chosen.quick))
            idle = session.idle_cpu()
            session.stop()
            starts, imports = {}, {}
            if not chosen.no_start:
                print("measuring start and memory ...", file=sys.stderr, flush=True)
                few = 1 if chosen.quick else min(chosen.rounds, 3)
                starts = measure_start(session, get_workload(chosen.start_workload, chosen.quick), few)
                imports = measure_imports(few)
        finally:
            session.stop()
    settings = {"rounds": str(chosen.rounds), "quick": "yes" if chosen.quick else "no"}
    loads = (load_before, machine.load())
    text = document(measured, starts, imports, session.versions, idle, loads, settings)
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{chosen.name or ('quick' if chosen.quick else 'latest')}.md"
    target.write_text(text)
    if target.name == "latest.md":
        SHIPPED.write_text(text)
    print(text)
    print(f"written to {target}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
