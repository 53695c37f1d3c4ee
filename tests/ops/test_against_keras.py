"""Every operation against the one of the `keras` package: values, dtypes, shapes; compiled; on symbolic tensors."""

import inspect

import jax
import keras
import numpy as np
import pytest

import kerax

from .cases import CASES, EAGER_CASES, ELEMENTWISE, NOT_COMPARED, PAIRWISE

NAMESPACES = ("", "numpy", "nn", "linalg", "image")


def ids(cases):
    return [f"{name}-{i}" for i, (name, _, _) in enumerate(cases)]


def is_array(value):
    return isinstance(value, np.ndarray)


def leaves(tree):
    return jax.tree.leaves(tree)


def dtype_of(value):
    return str(value.dtype) if hasattr(value, "dtype") else type(value).__name__


def compare(ours, theirs):
    ours, theirs = leaves(ours), leaves(theirs)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert np.shape(a) == np.shape(b)
        assert dtype_of(a) == dtype_of(b)
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=2e-5, atol=2e-5)


def split(args, kwargs):
    """The arrays among the arguments, and a function that puts others in their places."""
    flat, tree = jax.tree.flatten((args, kwargs), is_leaf=is_array)
    places = [i for i, leaf in enumerate(flat) if is_array(leaf)]

    def fill(arrays):
        filled = list(flat)
        for place, array in zip(places, arrays, strict=True):
            filled[place] = array
        return jax.tree.unflatten(tree, filled)

    return [flat[i] for i in places], fill


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES + EAGER_CASES, ids=ids(CASES + EAGER_CASES))
def test_values_and_dtypes(name, args, kwargs):
    compare(getattr(kerax.ops, name)(*args, **kwargs), getattr(keras.ops, name)(*args, **kwargs))


def first_of_each(cases):
    """The first case of every operation: compiling takes long."""
    return list({name: (name, args, kwargs) for name, args, kwargs in reversed(cases)}.values())


@pytest.mark.parametrize(("name", "args", "kwargs"), first_of_each(CASES), ids=ids(first_of_each(CASES)))
def test_symbolic_and_compiled(name, args, kwargs):
    arrays, fill = split(args, kwargs)
    if not arrays:
        pytest.skip("no array among the arguments")
    operation = getattr(kerax.ops, name)
    eager = leaves(operation(*args, **kwargs))
    given, options = fill([kerax.KerasTensor(array.shape, str(array.dtype)) for array in arrays])
    symbolic = jax.tree.leaves(operation(*given, **options), is_leaf=kerax.state.is_symbolic)
    assert [x.shape for x in symbolic] == [np.shape(x) for x in eager]
    assert [x.dtype for x in symbolic] == [str(x.dtype) for x in eager]

    if name in ELEMENTWISE or name in PAIRWISE:  # one function of JAX, which compiles it in the eager call too
        return

    def call(*arrays):
        given, options = fill(arrays)
        return operation(*given, **options)

    for a, b in zip(leaves(jax.jit(call)(*arrays)), eager, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_names_and_arguments(namespace):
    theirs = getattr(keras.ops, namespace) if namespace else keras.ops
    ours = getattr(kerax.ops, namespace) if namespace else kerax.ops
    names = {name for name in dir(theirs) if not name.startswith("_")}
    assert len(names) > 10
    assert names == set(ours.__all__)
    for name in names:
        if inspect.isfunction(getattr(theirs, name)):
            wanted = inspect.signature(getattr(theirs, name)).parameters
            found = inspect.signature(getattr(ours, name)).parameters
            # Ours may take more: tf.keras's arguments of activations.
            assert list(wanted) == [parameter for parameter in found if parameter in wanted], name
            defaults = {p: wanted[p].default for p in wanted if wanted[p].default is not inspect.Parameter.empty}
            assert {p: found[p].default for p in defaults} == defaults, name


def test_every_operation_is_compared():
    image = set(kerax.ops.image.__all__)
    compared = {name for name, _, _ in CASES + EAGER_CASES}
    assert set(kerax.ops.__all__) - compared - NOT_COMPARED - image == {"image", "linalg", "nn", "numpy"}
