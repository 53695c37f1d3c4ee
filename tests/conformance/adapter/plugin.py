"""pytest plugin: collects Keras's test files through the loader and notes each outcome."""

import hashlib
import json
import os
import random
import re
import signal
import time

import numpy as np
import pytest

os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")  # compile time dominates these tests

from . import facade, kt, loader

OUT = os.environ.get("CONFORMANCE_OUT")
IDS = os.environ.get("CONFORMANCE_IDS")
TIMEOUT = int(os.environ.get("CONFORMANCE_TIMEOUT", "180"))
_ids = None
if IDS:
    with open(IDS) as f:
        _ids = {line.rstrip("\n") for line in f if line.strip()}


def _write(rec):
    if OUT:
        with open(OUT, "a") as f:
            f.write(json.dumps(rec) + "\n")


class KFile(pytest.Module):
    def _getobj(self):
        rel = os.path.relpath(str(self.path), facade.SRC)[:-3].replace(os.sep, ".")
        return loader.load_test_module(rel)


def pytest_pycollect_makemodule(module_path, parent):
    if str(module_path).startswith(facade.SRC) and module_path.name.endswith("_test.py"):
        return KFile.from_parent(parent, path=module_path)


def kid(item):
    p = os.path.relpath(str(item.path), facade.SRC)
    rest = item.nodeid.split("::", 1)[1] if "::" in item.nodeid else item.name
    return re.sub(r"0x[0-9a-f]+", "0x", p + "::" + rest).replace("\n", " ")


def pytest_configure(config):
    for m in ("requires_trainable_backend", "multi_device"):
        config.addinivalue_line("markers", m + ": from Keras's tests")
    import jax  # noqa: F401


def pytest_collectreport(report):
    if report.failed:
        _write({"collect": str(report.nodeid), "error": str(report.longrepr)[-1500:]})


def pytest_collection_modifyitems(config, items):
    keep, drop = [], []
    for it in items:
        it._kid = kid(it)
        if "multi_device" in it.keywords:
            it.add_marker(pytest.mark.skip(reason="needs several devices"))
        (keep if _ids is None or it._kid in _ids else drop).append(it)
    if drop:
        config.hook.pytest_deselected(items=drop)
    items[:] = keep
    if os.environ.get("CONFORMANCE_COLLECT") == "1":
        for it in items:
            _write({"id": it._kid, "collected": True})


class _Timeout(BaseException):
    pass


def _alarm(*_):
    raise _Timeout(f"over {TIMEOUT} s of processor time")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    item._kt0 = time.time()
    item._kmsg0 = len(kt.MESSAGE_MISMATCHES)
    h = int(hashlib.sha256(item._kid.encode()).hexdigest()[:8], 16)
    random.seed(h)
    np.random.seed(h)
    seed = facade.find("set_random_seed", ["utils"])
    if seed is not facade._MISS:
        try:
            seed(h % (2**31))
        except Exception:
            pass
    _write({"id": item._kid, "start": True})
    signal.signal(signal.SIGALRM, _alarm)
    signal.signal(signal.SIGPROF, _alarm)
    signal.alarm(TIMEOUT * 8)  # wall seconds: only for a test that waits for ever
    signal.setitimer(signal.ITIMER_PROF, TIMEOUT)  # processor seconds: the same on a busy machine
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _restore()


def _restore():
    """Global settings back to their defaults, so that one test's failure is not the next one's."""
    for name, value in (("set_image_data_format", "channels_last"), ("set_floatx", "float32"), ("set_epsilon", 1e-7)):
        fn = facade.find(name, ["config", "backend"])
        if fn is not facade._MISS:
            try:
                fn(value)
            except Exception:
                pass
    fn = facade.find("set_dtype_policy", ["config"])
    if fn is facade._MISS:
        fn = facade.find("set_global_policy", ["mixed_precision"])
    if fn is not facade._MISS:
        try:
            fn("float32")
        except Exception:
            pass


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    if call.excinfo is not None and call.excinfo.type is _Timeout:
        item._ktimeout = True
    rep = yield
    st = getattr(item, "_kst", None)
    if rep.when == "setup" and rep.outcome != "passed":
        st = rep.outcome
    if rep.when == "call":
        st = rep.outcome
    if rep.when == "teardown" and rep.outcome == "failed":
        st = "failed"
    item._kst = st
    if rep.outcome != "passed":
        if isinstance(rep.longrepr, tuple):
            item._kerr = str(rep.longrepr[-1])
        elif call.excinfo is not None:
            item._kerr = f"{call.excinfo.type.__name__}: {str(call.excinfo.value)[:600]}"
        if os.environ.get("CONFORMANCE_TB") == "1":
            item._ktb = str(rep.longrepr)[-3000:]
    if rep.when == "teardown":
        rec = {"id": item._kid, "outcome": st, "s": round(time.time() - item._kt0, 2)}
        if getattr(item, "_kerr", None):
            rec["err"] = item._kerr
        if getattr(item, "_ktb", None):
            rec["tb"] = item._ktb
        msgs = kt.MESSAGE_MISMATCHES[item._kmsg0 :]
        if msgs:
            rec["msg_mismatch"] = len(msgs)
        _write(rec)
    return rep


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path, parent):
    """Plain folders: the `__init__.py` files of the test tree are never imported."""
    if str(path).startswith(os.path.dirname(os.path.dirname(facade.SRC))):
        return pytest.Dir.from_parent(parent, path=path)
