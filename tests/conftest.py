"""What holds for every test: CPU, no network, cheap and shared compilation, clean names, `devices(n)`."""

import contextlib
import ctypes
import gc
import importlib.metadata
import os
import socket
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

CHILD_FLAG = "KERAX_TEST_CHILD"
MINIMUM_COMPILE_SECONDS = 0.2  # below this, compiling again is cheaper than reading the cache


def _cache() -> Path:
    """A folder that stays from run to run: the user's cache, or among the temporary files where that is read-only."""
    name = "kerax-tests"
    places = [os.environ.get("XDG_CACHE_HOME"), os.path.expanduser("~/.cache")]
    for place in filter(None, places):
        with contextlib.suppress(OSError):
            folder = Path(place, name)
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
    user = os.getuid() if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir(), f"{name}-{user}")
    folder.mkdir(exist_ok=True)
    return folder


CACHE = _cache()

# Before anything imports JAX or Keras: this file is the first one pytest reads.
os.environ["KERAS_BACKEND"] = "jax"  # Keras is the oracle of many tests
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("KERAX_HOME", str(CACHE))
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(CACHE / "xla"))  # shared by all workers and runs
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", str(MINIMUM_COMPILE_SECONDS))
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("KERAX_TRACEBACK_FILTERING", "off")  # whoever mends kerax needs its frames
# Many tests start Python anew: without bytecode each of those processes would compile all of kerax.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Most of what the tests cost is compiling small programs, which run no faster for being optimized: these halve it. To
# test programs as users compile them, set XLA_FLAGS, to an empty string if need be.
CHEAP_COMPILING = (
    "--xla_backend_optimization_level=0",
    "--xla_cpu_parallel_codegen_split_count=1",
    "--xla_cpu_use_fusion_emitters=false",
)


def _known(flags) -> bool:
    """Whether the installed jaxlib knows XLA's flags; it ends a process that sets others."""
    environment = {**os.environ, "XLA_FLAGS": " ".join(flags), "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", "import jax; jax.devices()"]
    return subprocess.run(command, env=environment, capture_output=True).returncode == 0


def _cheap_compiling() -> str:
    """The flags that are known, asked once for each version of jaxlib."""
    answer = CACHE / f"xla-flags-{importlib.metadata.version('jaxlib')}.txt"
    if not answer.exists():
        known = CHEAP_COMPILING if _known(CHEAP_COMPILING) else [flag for flag in CHEAP_COMPILING if _known([flag])]
        answer.write_text(" ".join(known), encoding="utf-8")
    return answer.read_text(encoding="utf-8")


if "XLA_FLAGS" not in os.environ:
    os.environ["XLA_FLAGS"] = _cheap_compiling()


def pytest_xdist_auto_num_workers(config):
    """Answer `-n auto`: every core for the suite or a folder, no worker processes when files or tests are named."""
    folders = [Path(argument.split("::")[0]) for argument in config.args]
    return None if any(folder.is_dir() for folder in folders) else 0


def pytest_collection_modifyitems(config, items):
    """Leave slow tests out of a run that did not ask for them with `-m`."""
    if config.option.markexpr or any("::" in argument for argument in config.args):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


# ---------------------------------------------------------------- what every test costs

GARBAGE_BEFORE_COLLECTION = 10_000  # objects; Python's 700 are fewer than tracing one program makes
PROGRAMS_PER_CONTEXT = 100  # what MLIR has seen once stays in its context, so that this bounds the memory


def _share_contexts():
    """Let JAX translate many programs in one MLIR context, one for each thread.

    JAX makes one for every program and tells it of a thousand operations, which for the small programs of the tests
    takes an eighth of the time from the call to the result. What is translated, and into what, stays the same.
    """
    mlir = sys.modules.get("jax._src.interpreters.mlir")
    if mlir is None or not hasattr(mlir, "make_ir_context"):
        return
    make, shared = mlir.make_ir_context, threading.local()

    def make_ir_context():
        if mlir.ir.Context.current is not None:  # a program that runs while another one is being translated
            return make()
        if getattr(shared, "left", 0) == 0:
            shared.context, shared.left = make(), PROGRAMS_PER_CONTEXT
        shared.left -= 1
        return shared.context

    mlir.make_ir_context = make_ir_context


def pytest_collection_finish(session):
    """Make cheap what every test does; with several workers only they collect tests, and so import JAX."""
    _share_contexts()
    gc.collect()
    gc.freeze()  # no collection need look again at the modules and the tests, of which there are many
    gc.set_threshold(GARBAGE_BEFORE_COLLECTION)


# ---------------------------------------------------------------- memory

MOST_MEMORY = 3 * 2**30  # bytes that a worker may hold when it begins a file


def _resident() -> int:
    """Bytes of memory that this process holds; 0 where the system does not say."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if status.exists() else 0


def pytest_runtest_teardown(item, nextitem):
    """Forget compiled programs between two files when they fill the memory: JAX keeps each one for good.

    After every test, forget which functions were made: tests make the same ones again, as a loop would.
    """
    retracing = sys.modules.get("kerax.function.retracing")
    if retracing is not None:
        retracing.forget_functions()
    if nextitem is not None and nextitem.path == item.path or _resident() < MOST_MEMORY:
        return
    import jax

    jax.clear_caches()
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # the C library gives back what became free; Linux only, as is /proc


# ---------------------------------------------------------------- network

_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo
LOOPBACK = ("localhost", "::1", "0.0.0.0", "::", "", None, b"localhost")


def _is_local(host) -> bool:
    return host in LOOPBACK or str(host).startswith("127.") or host == socket.gethostname()


def _refuse(host):
    pytest.fail(f"A test tried to reach {host!r}; tests use local data. Mark it @pytest.mark.network if it must.")


@pytest.fixture(autouse=True)
def no_network(request, monkeypatch):
    """Refuse every connection that leaves this machine."""
    if request.node.get_closest_marker("network"):
        return

    def guarded(original):
        def connect(self, address):
            if isinstance(address, tuple) and not _is_local(address[0]):
                _refuse(address[0])
            return original(self, address)

        return connect

    def getaddrinfo(host, *args, **kwargs):
        if not _is_local(host):
            _refuse(host)
        return _getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded(_connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(_connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


# ---------------------------------------------------------------- devices(n)

_child_outcomes: dict[tuple[str, int], dict[str, str | None]] = {}  # (file, n) -> {test name: failure text or None}


def _wanted_devices(item) -> int:
    marker = item.get_closest_marker("devices")
    return marker.args[0] if marker and not os.environ.get(CHILD_FLAG) else 1


def _run_in_child(item, count: int, folder: Path) -> dict[str, str | None]:
    """Run all selected tests of the item's file that want `count` devices, in one child process."""
    names = [i.nodeid for i in item.session.items if i.path == item.path and _wanted_devices(i) == count]
    report = folder / "report.xml"
    environment = {**os.environ, CHILD_FLAG: "1", "JAX_PLATFORMS": "cpu", "JAX_NUM_CPU_DEVICES": str(count)}
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_ADDOPTS"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *names]
    done = subprocess.run(command, cwd=item.config.rootpath, env=environment, capture_output=True, text=True)
    if not report.exists():
        return dict.fromkeys([i.name for i in item.session.items], done.stdout + done.stderr)
    outcomes: dict[str, str | None] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        problems = [p for p in case if p.tag in ("failure", "error")]
        text = "\n".join(p.text or p.get("message", "") for p in problems)
        outcomes[case.get("name", "")] = text if problems else None
    return outcomes


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Hand a `devices(n)` test to a child process that has n devices; JAX cannot change their number once it runs."""
    count = _wanted_devices(pyfuncitem)
    if count <= 1:
        return None
    key = (str(pyfuncitem.path), count)
    if key not in _child_outcomes:
        folder = pyfuncitem.config._tmp_path_factory.mktemp("devices")
        _child_outcomes[key] = _run_in_child(pyfuncitem, count, folder)
    problem = _child_outcomes[key].get(pyfuncitem.name, "The child process did not run this test.")
    if problem is not None:
        pytest.fail(f"with {count} devices:\n{problem}", pytrace=False)
    return True
