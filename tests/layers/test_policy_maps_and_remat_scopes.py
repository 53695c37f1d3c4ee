"""Dtype policies by path; layers that compute their activations twice by the scope they were made in."""

import copy

import jax
import numpy as np
import pytest

import kerax

Map = kerax.dtype_policies.DTypePolicyMap
X = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")


def test_a_map_is_looked_up_by_path_and_pattern():
    policies = Map("float32", {"encoder/.*": "mixed_bfloat16"})
    policies["decoder"] = "bfloat16"
    assert [policies[p].name for p in ("encoder/dense", "decoder", "decoder/x")] == [
        "mixed_bfloat16",
        "bfloat16",
        "float32",
    ]
    assert len(policies) == 2 and "decoder" in policies and policies.compute_dtype == "float32"
    assert kerax.dtype_policies.deserialize(kerax.dtype_policies.serialize(policies)) == policies
    with pytest.raises(ValueError, match="already"):
        policies["decoder"] = "float32"
    with pytest.raises(ValueError, match="cannot be 'flot32'"):
        policies["other"] = "flot32"
    policies["encoder/attention/.*"] = "float32"
    with pytest.raises(ValueError, match="matches several keys"):
        policies["encoder/attention/query"]
    del policies["decoder"]
    assert list(policies) == ["encoder/.*", "encoder/attention/.*"]
    with pytest.raises(TypeError, match="must be a dict"):
        Map("float32", ["a"])
    with pytest.raises(ValueError, match="cannot be a map"):
        Map(Map())


def test_layers_take_the_policy_of_their_path():
    policies = Map("float32", {"half": "mixed_bfloat16"})
    layers = [kerax.layers.Dense(2, dtype=policies, name=name) for name in ("half", "full")]
    assert [layer(X).dtype for layer in layers] == ["bfloat16", "float32"]
    again = kerax.layers.deserialize(kerax.layers.serialize(layers[0]))
    assert again(X).dtype == "bfloat16" and again.get_config() == layers[0].get_config()


def test_quantized_policies():
    policy = kerax.dtype_policies.get("int8_from_mixed_bfloat16")
    assert (policy.quantization_mode, policy.compute_dtype, policy.variable_dtype) == ("int8", "bfloat16", "float32")
    assert kerax.dtype_policies.deserialize(kerax.dtype_policies.serialize(policy)) == policy
    with pytest.raises(ValueError, match="overflows in float16"):
        kerax.dtype_policies.QuantizedDTypePolicy("int8", "mixed_float16")
    with pytest.raises(ValueError, match="Unknown quantization mode 'int7'"):
        kerax.dtype_policies.get("int7_from_float32")


def model(scope):
    kerax.utils.set_random_seed(0)
    with scope:
        layers = [
            kerax.layers.Dense(5, "tanh", name="big"),
            kerax.layers.BatchNormalization(),
        ]
        return kerax.Sequential([kerax.Input((6,)), *layers, kerax.layers.Dense(1, name="small")])


def program(scope):
    built = model(scope)

    def loss(params):
        y, state, _ = kerax.functional_call(built, params, built.state, X, key=jax.random.key(0), training=True)
        return (y**2).sum(), state

    step = jax.value_and_grad(loss, has_aux=True)
    return jax.tree.leaves(jax.jit(step)(built.params)), str(jax.make_jaxpr(step)(built.params)).count("remat")


def test_scopes_change_what_is_kept_and_nothing_else():
    plain, none = program(kerax.RematScope(mode=None))
    counts = {}
    for mode, options in {
        "full": {},
        "activations": {},
        "larger_than": {"output_size_threshold": 4},
        "list_of_layers": {"layer_names": ["big"]},
    }.items():
        found, counts[mode] = program(kerax.RematScope(mode, **options))
        for one, other in zip(found, plain, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert none == 0 and counts["full"] > counts["larger_than"] > counts["list_of_layers"] > 0 < counts["activations"]


def test_the_innermost_scope_counts_and_layers_made_in_one_are_copied():
    with kerax.RematScope("full") as outer:
        with kerax.RematScope(None):
            assert kerax.layers.Dense(1)._remat is None
        layer = kerax.layers.Dense(1)
        assert copy.deepcopy(layer)._remat.mode == outer.mode == "full"
    assert kerax.layers.Dense(1)._remat is None
    with pytest.raises(ValueError, match="Unknown mode of RematScope 'all'"):
        kerax.RematScope("all")


def test_low_rank_updates_of_attention_take_part():
    layer = kerax.layers.MultiHeadAttention(2, 3)
    x = np.random.default_rng(0).normal(size=(2, 4, 6)).astype("float32")
    before = np.asarray(layer(x, x))
    layer.query_dense.enable_lora(2)
    layer.query_dense.lora_kernel_b.assign(np.ones(layer.query_dense.lora_kernel_b.shape, "float32"))
    assert np.abs(np.asarray(layer(x, x)) - before).max() > 1e-3


def test_a_map_reaches_the_projections_of_attention():
    policies = kerax.dtype_policies.DTypePolicyMap("float32", {"attend/query": "mixed_bfloat16"})
    layer = kerax.layers.MultiHeadAttention(2, 3, name="attend", dtype=policies)
    layer.build((None, 4, 6), (None, 4, 6))
    assert layer.query_dense.compute_dtype == "bfloat16" and layer.key_dense.compute_dtype == "float32"
