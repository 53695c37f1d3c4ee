"""The Markdown table."""

from __future__ import annotations

import statistics

from benchmarks import machine
from benchmarks.contenders import CONTENDERS, HANDWRITTEN
from benchmarks.driver import CLOCKS, Measured, Start, ratios
from benchmarks.goals import GOALS, IMPORT_SECONDS, LATENCY_MS, MEMORY_RATIO, Goal

OPERATIONS = {
    "train": "fit, ms a step",
    "evaluate": "evaluate, ms a batch",
    "predict": "predict, ms a batch",
    "predict_one": "predict(x[:1]), ms a call",
    "call_one": "model(x[:1]), ms a call",
}
SUBJECT = "kerax"
MIB = 2**20


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def _against(item: Measured, other: str | None, bar: float | None, clock: str, faster: bool) -> str:
    """One ratio with its range, its bar, and whether the bar is met."""
    if SUBJECT not in item.times or other is None or other not in item.times:
        return "-"
    pair = (item.times[other], item.times[SUBJECT]) if faster else (item.times[SUBJECT], item.times[other])
    middle, low, high = ratios(*pair, clock)
    text = f"{middle:.2f} ({low:.2f}-{high:.2f})"
    if bar is None:
        return text
    met = middle >= bar if faster else middle <= bar
    return f"{text} {'✓' if met else '✗'} {'≥' if faster else '≤'} {bar:.2f}"


def ratio_table(measured: list[Measured], clock: str) -> str:
    """Kerax against the best hand-written loop (its time over theirs) and the peers (their time over its)."""
    rows = []
    for item in measured:
        goal = GOALS.get((item.workload.name, item.operation), Goal())
        own = item.times.get(SUBJECT)
        per = f"{own.median(clock) / item.count * 1e3:.3f}" if own else "-"
        best = item.best_handwritten(clock)
        rows.append(
            [
                f"{item.workload.title}: {OPERATIONS[item.operation]}",
                per,
                _against(item, best, goal.handwritten, clock, faster=False),
                _against(item, "keras3", goal.keras3, clock, faster=True),
                _against(item, "tf", goal.tf, clock, faster=True),
            ]
        )
    head = [f"{clock} time", "kerax ms", "kerax / best hand-written", "Keras 3 / kerax", "tf.keras / kerax"]
    return table(head, rows)


def time_table(measured: list[Measured]) -> str:
    """Median milliseconds of every contender, wall and CPU, with the loss they ended at."""
    names = [name for name in CONTENDERS if any(name in item.times for item in measured)]
    rows = []
    for item in measured:
        cells = []
        for name in names:
            times = item.times.get(name)
            if times is None:
                cells.append("failed" if name in item.failures else "-")
                continue
            wall, cpu = (times.median(clock) / item.count * 1e3 for clock in CLOCKS)
            loss = f", {times.result['loss']:.3f}" if "loss" in times.result else ""
            cells.append(f"{wall:.3f} / {cpu:.3f}{loss}")
        rows.append([f"{item.workload.title}: {OPERATIONS[item.operation]}", *cells])
    return table(["wall / CPU ms, loss at the end", *[CONTENDERS[name][2] for name in names]], rows)


def start_table(starts: dict[str, Start]) -> str:
    """Time to the first step and peak memory."""
    trained = {name: statistics.median(start.peak_trained) for name, start in starts.items() if start.peak_trained}
    base = min((trained[name] for name in HANDWRITTEN if name in trained), default=None)
    rows = []
    for name, start in starts.items():
        if name not in trained:
            continue
        ratio = f"{trained[name] / base:.2f}" if base else "-"
        if base and name == SUBJECT:
            ratio += f" {'✓' if trained[name] <= MEMORY_RATIO * base else '✗'} ≤ {MEMORY_RATIO}"
        rows.append(
            [
                CONTENDERS[name][2],
                f"{statistics.median(start.setup):.2f}",
                f"{statistics.median(start.first_step):.2f}",
                f"{statistics.median(start.peak_imported) / MIB:.0f}",
                f"{trained[name] / MIB:.0f}",
                ratio,
            ]
        )
    head = ["fresh process", "build s", "first step s", "MiB after import", "MiB peak of fit", "of hand-written"]
    return table(head, rows)


def import_table(imports: dict[str, tuple[float, float]]) -> str:
    """Import time above jax."""
    rows = []
    for name, (base, above) in imports.items():
        bar = f" {'✓' if above <= IMPORT_SECONDS else '✗'} ≤ {IMPORT_SECONDS}" if name == SUBJECT else ""
        rows.append([name, f"{base:.2f}", f"{above:.2f}{bar}"])
    return table(["package", "import jax s", "above it s"], rows)


def latency_lines(measured: list[Measured], clock: str) -> str:
    """Whether one-sample calls meet their bars."""
    lines = []
    for item in measured:
        bar = LATENCY_MS.get(item.operation)
        if bar is None or SUBJECT not in item.times:
            continue
        own = item.times[SUBJECT].median(clock) / item.count * 1e3
        verdict = "✓" if own <= bar else "✗"
        lines.append(f"- {item.workload.title}, `{OPERATIONS[item.operation]}`: {own:.3f} {verdict} ≤ {bar}")
    return "\n".join(lines)


def document(
    measured: list[Measured],
    starts: dict[str, Start],
    imports: dict[str, tuple[float, float]],
    versions: dict[str, dict[str, str]],
    idle: dict[str, float],
    loads: tuple[float, float],
    settings: dict[str, str],
) -> str:
    """The whole result as Markdown."""
    # The workers themselves are in the load at the end; what counts is who else was there at the start.
    preliminary = loads[0] > machine.BUSY_LOAD or settings.get("quick") == "yes"
    failures: dict[str, list[str]] = {}
    for item in measured:
        for name, why in item.failures.items():
            places = failures.setdefault(f"{CONTENDERS[name][2]}: {why}", [])
            places += [item.workload.name] if item.workload.name not in places else []
    parts = ["# Benchmark"]
    if preliminary:
        parts.append(
            "**Preliminary**: the machine was busy with other work, or the run was a quick one. Trust CPU time more."
        )
    facts = {
        **machine.facts(),
        "load average": f"{loads[0]:.2f} before, {loads[1]:.2f} after",
        **settings,
        "CPU seconds used by idle workers": ", ".join(f"{name} {seconds:.2f}" for name, seconds in idle.items())
        or "none",
        **{CONTENDERS[n][2]: ", ".join(f"{k} {v}" for k, v in found.items()) for n, found in versions.items()},
    }
    parts.append("\n".join(f"- {name}: {value}" for name, value in facts.items()))
    if measured:
        parts.append(
            "## Ratios\n\nMedian of the ratios of interleaved rounds (smallest-largest); ✓ or ✗ against the goal."
        )
        parts += [ratio_table(measured, clock) for clock in CLOCKS]
        lines = latency_lines(measured, "wall")
        parts += [f"One sample (wall ms):\n\n{lines}"] if lines else []
        parts += ["## Times", time_table(measured)]
    if starts:
        parts += ["## Start and memory", start_table(starts)]
    if imports:
        parts += ["## Import", import_table(imports)]
    if failures:
        lines = [f"- {why} ({', '.join(places)})" for why, places in failures.items()]
        parts += ["## Not measured", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"
