"""Compiled programs in files: only arithmetic is let through."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerax.saving.exported_program import read_program

jax_export = pytest.importorskip("jax.export")
pytest.importorskip("flatbuffers")


def exported(function):
    size = jax_export.symbolic_shape("b")[0]
    return bytes(jax_export.export(jax.jit(function))(jax.ShapeDtypeStruct((size, 4), "float32")).serialize())


def arithmetic(x):
    q = jnp.linalg.qr(x.T @ x)[0]
    noise = jax.random.normal(jax.random.key(0), (4,)) + jnp.sort(x, 0).sum() + jax.lax.top_k(x, 2)[0].sum()
    return x @ q + noise + jnp.linalg.eigh(q @ q.T)[0] + jax.lax.erf_inv(x * 0.01)


def test_arithmetic_is_read(tmp_path):
    (tmp_path / "a").write_bytes(exported(arithmetic))
    x = np.eye(4, dtype=np.float32)[:3]
    np.testing.assert_allclose(read_program(str(tmp_path / "a")).call(x), arithmetic(x), rtol=1e-4, atol=1e-4)


def test_calls_of_other_functions_are_refused(tmp_path):
    """As the one by which JAX calls Python, which takes an address from the program."""
    data = exported(lambda x: jnp.linalg.qr(x.T @ x)[0])
    assert data.count(b"lapack_sgeqrf_ffi") == 1
    for name in (b"xla_python_cpu_ca", b"xla_ffi_python_cp", b"Lapack_sgeqrf_ffi"):
        path = tmp_path / "a.program"
        path.write_bytes(data.replace(b"lapack_sgeqrf_ffi", name))
        with pytest.raises(ValueError, match=rf"a\.program.*calls functions of this process \({name.decode()}\)"):
            read_program(str(path))
    for damaged in (b"", b"hello", data[:100], data[: len(data) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"a\.program.*no compiled program"):
            read_program(str(path))
