"""Extension types: fields, functions, datasets, own functions for TensorFlow's, and what their guide shows."""

# ruff: noqa: UP006, UP007, UP035  (annotations as scripts write them)

import contextlib
import typing
from typing import List, Mapping, Tuple, Union

from tests.compat.programs import each


def _masked(tf, batchable=True):
    base = tf.experimental.BatchableExtensionType if batchable else tf.experimental.ExtensionType

    class Masked(base):
        values: tf.Tensor
        mask: tf.Tensor

        shape = property(lambda self: self.values.shape)
        dtype = property(lambda self: self.values.dtype)

        def __validate__(self):
            self.values.shape.assert_is_compatible_with(self.mask.shape)
            assert self.mask.dtype.is_bool, "mask.dtype must be bool"

        def with_default(self, default):
            return tf.where(self.mask, self.values, default)

        def __repr__(self):
            return f"<Masked {self.with_default(-1).numpy().tolist()}>"

        class Spec:
            def __init__(self, shape, dtype=tf.float32):
                self.values = tf.TensorSpec(shape, dtype)
                self.mask = tf.TensorSpec(shape, tf.bool)

            def __repr__(self):
                return f"Masked.Spec(shape={self.shape}, dtype={self.dtype})"

            shape = property(lambda self: self.values.shape)
            dtype = property(lambda self: self.values.dtype)

    return Masked


def fields(tf, np, folder):
    class Inner(tf.experimental.ExtensionType):
        x: tf.Tensor

    class Everything(tf.experimental.ExtensionType):
        t: tf.Tensor
        r: tf.RaggedTensor
        inner: Inner
        number: int = 3
        ratio: float = 0.5
        title: str = "t"
        flag: bool = False
        nothing: None = None
        shape: tf.TensorShape = tf.TensorShape([None, 2])
        dtype: tf.DType = tf.float32
        either: Union[int, tf.Tensor] = 4
        pair: Tuple[int, str] = (1, "a")
        many: Tuple[tf.Tensor, ...] = ()
        named: Mapping[str, tf.Tensor] = {}

    ragged = tf.ragged.constant([[1], [2, 3]])
    one = Everything([1.0], ragged, Inner(2))

    class Converted(tf.experimental.ExtensionType):
        shape: tf.TensorShape
        dtype: tf.DType
        rows: Tuple[tf.Tensor, ...]
        table: Mapping[str, tf.Tensor]

    made = Converted([1, None], "int32", [1, [2.0]], {"b": 1, "a": [2]})

    class Own(tf.experimental.ExtensionType):
        a: tf.Tensor
        b: int

        def __init__(self, size):
            self.a = tf.zeros([size])
            self.b = size

    def annotated(kind, **members):
        return type("Made", (tf.experimental.ExtensionType,), {"__annotations__": {"x": kind}, **members})

    return each(
        {
            "shown": lambda: [repr(one.inner), repr(made), repr(one.named)],
            "defaults": lambda: [one.number, one.ratio, one.title, one.flag, one.nothing, one.shape, one.either],
            "more defaults": lambda: [one.pair, one.many, len(one.named), one.dtype.name],
            "converted": lambda: [made.shape, made.dtype.name, list(made.rows), made.table["a"], sorted(made.table)],
            "spec": lambda: [repr(made._type_spec), repr(tf.type_spec_from_value(one.inner))],
            "as_dict": lambda: tf.experimental.extension_type.as_dict(one.inner),
            "as_dict keeps values": lambda: list(tf.experimental.extension_type.as_dict(one)),
            "flat": lambda: tf.nest.flatten(made, expand_composites=True),
            "a leaf": lambda: [len(tf.nest.flatten(one)), tf.nest.is_nested(one)],
            "mapped": lambda: tf.nest.map_structure(lambda x: x * 2, one.inner, expand_composites=True).x,
            "packed": lambda: tf.nest.pack_sequence_as(one.inner, [7], expand_composites=True).x,
            "equal": lambda: [Inner(1) == Inner(1), Inner(1) == Inner(2), Inner(1) != Inner(1), Inner(1) == Inner([1])],
            "equal to others": lambda: [Inner(1) == 1, Inner(1) != 1, Inner(1) == Own(1)],
            "identity": lambda: tf.identity(one.inner).x,
            "own constructor": lambda: [Own(3).a, Own(3).b],
            "own constructor, later": lambda: setattr(Own(3), "b", 4),
            "immutable": lambda: setattr(one, "number", 4),
            "new attribute": lambda: setattr(one, "other", 4),
            "deleted": lambda: delattr(one, "number"),
            "no such field": lambda: one.other,
            "hash": lambda: hash(one),
            "hash of spec": lambda: hash(one.inner._type_spec) == hash(Inner(5)._type_spec),
            "base": lambda: tf.experimental.ExtensionType(),
            "too few": lambda: Inner(),
            "too many": lambda: Inner(1, 2),
            "unknown": lambda: Inner(y=2),
            "wrong tensor": lambda: Inner(object()),
            "wrong number": lambda: Everything([1.0], ragged, Inner(2), number="3"),
            "wrong ragged": lambda: Everything([1.0], [[1]], Inner(2)),
            "wrong inner": lambda: Everything([1.0], ragged, 3),
            "wrong mapping": lambda: Converted([1], "int32", [], [1]),
            "wrong tuple": lambda: Everything([1.0], ragged, Inner(2), pair=(1,)),
            "wrong dtype": lambda: Converted([1], "no dtype", [], {}),
            "wrong union": lambda: Everything([1.0], ragged, Inner(2), either=object()),
            "list": lambda: annotated(list),
            "List": lambda: annotated(typing.List[int]),
            "reserved": lambda: type(
                "Made", (tf.experimental.ExtensionType,), {"__annotations__": {"_type_spec": int}}
            ),
            "no annotation": lambda: annotated(int, y=3),
            "wrong default": lambda: annotated(int, x="a"),
            "Spec is no class": lambda: annotated(int, Spec=3),
            "tensors as keys": lambda: annotated(typing.Mapping[tf.Tensor, int]),
            "encoder of one": lambda: annotated(int, __batch_encoder__=3),
            "spec of numbers": lambda: Inner.Spec(3),
            "spec compatible": lambda: [
                Inner.Spec(tf.TensorSpec([None])).is_compatible_with(Inner([1.0])),
                Inner.Spec(tf.TensorSpec([None])).is_compatible_with(Inner([1])),
                Inner.Spec(tf.TensorSpec([2])).is_subtype_of(Inner.Spec(tf.TensorSpec([None]))),
            ],
            "spec in common": lambda: repr(
                Inner.Spec(tf.TensorSpec([2])).most_specific_common_supertype([Inner.Spec(tf.TensorSpec([3]))])
            ),
            "no spec in common": lambda: Inner.Spec(tf.TensorSpec([2])).most_specific_common_supertype(
                [Inner.Spec(tf.TensorSpec([2], tf.int32))]
            ),
            "no tensor": lambda: tf.convert_to_tensor(one.inner),
            "no sum": lambda: tf.add(one.inner, 1),
        }
    )


def functions(tf, np, folder):
    Masked = _masked(tf)
    one = Masked([1, 2, 3], [True, False, True])
    traces = []

    @tf.function
    def doubled(m):
        traces.append(1)
        return Masked(m.values * 2, m.mask)

    @tf.function(input_signature=[Masked.Spec([None], tf.int32)])
    def signed(m):
        return m.with_default(0)

    class Scaled(tf.experimental.ExtensionType):
        x: tf.Tensor
        factor: int

    @tf.function
    def scaled(s):
        traces.append(1)
        return s.x * s.factor

    def counted(call, *values):
        before = len(traces)
        found = [call(one) for one in values]
        return [len(traces) - before, found[-1]]

    def gradient():
        x = tf.constant([1.0, 2.0])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(Masked(x, [True, False]).with_default(0.0) ** 2)
        return tape.gradient(y, x)

    @tf.function
    def nested(tree):
        return {"both": (tree["a"].values + tree["b"], tree["a"])}

    return each(
        {
            "called": lambda: doubled(one).values,
            "of a type": lambda: isinstance(doubled(one), Masked),
            "retracing": lambda: counted(doubled, one, Masked([4, 5, 6], [True] * 3))[0],
            "another shape": lambda: counted(doubled, Masked([1], [True]))[0],
            "another dtype": lambda: counted(doubled, Masked([1.0], [True]))[0],
            "another number": lambda: counted(scaled, Scaled([1], 2), Scaled([5], 2), Scaled([1], 3)),
            "signature": lambda: [signed(one), signed(Masked([1], [False]))],
            "signature, wrong dtype": lambda: signed(Masked([1.0], [False])),
            "signature, no such type": lambda: signed(3),
            "concrete": lambda: (
                doubled.get_concrete_function(Masked.Spec([2], tf.int32))(Masked([1, 2], [True, True])).values
            ),
            "concrete signature": lambda: repr(doubled.get_concrete_function(one).structured_input_signature[0][0]),
            "gradient": gradient,
            "nested": lambda: nested({"a": one, "b": tf.constant(1)})["both"][1].values,
            "cond": lambda: tf.cond(tf.constant(True), lambda: one, lambda: doubled(one)).values,
            "while": lambda: (
                tf.while_loop(
                    lambda i, m: i < 3, lambda i, m: (i + 1, Masked(m.values + 1, m.mask)), (tf.constant(0), one)
                )[1].values
            ),
            "while in a function": lambda: (
                tf.function(
                    lambda m: tf.while_loop(
                        lambda i, m: i < 3, lambda i, m: (i + 1, Masked(m.values + 1, m.mask)), (tf.constant(0), m)
                    )[1]
                )(one).values
            ),
            "map_fn": lambda: tf.map_fn(lambda m: m.with_default(0), one, fn_output_signature=tf.int32),
            "map_fn to values": lambda: (
                tf.map_fn(
                    lambda m: Masked(m.values * 2, m.mask), one, fn_output_signature=Masked.Spec([], tf.int32)
                ).values
            ),
        }
    )


def datasets(tf, np, folder):
    Masked = _masked(tf)
    data = tf.data.Dataset
    rows = Masked([[1, 2], [3, 4], [5, 6]], [[True, False], [False, True], [True, True]])

    class Shaped(tf.experimental.BatchableExtensionType):
        x: tf.Tensor
        shape: tf.TensorShape

    class Single(tf.experimental.ExtensionType):
        x: tf.Tensor

    def shown(dataset):
        return [repr(one) for one in dataset]

    slices = data.from_tensor_slices(rows)
    return each(
        {
            "slices": lambda: shown(slices),
            "spec": lambda: repr(slices.element_spec),
            "batch": lambda: shown(slices.batch(2)),
            "spec of a batch": lambda: repr(slices.batch(2).element_spec),
            "spec of a full batch": lambda: repr(slices.batch(2, drop_remainder=True).element_spec),
            "unbatch": lambda: shown(slices.batch(2).unbatch()),
            "map": lambda: list(slices.map(lambda m: m.with_default(0))),
            "map to values": lambda: shown(slices.map(lambda m: Masked(m.values * 2, m.mask)).batch(3)),
            "map of batches": lambda: list(slices.batch(2).map(lambda m: tf.reduce_sum(m.values))),
            "filter": lambda: shown(slices.filter(lambda m: m.values[0] > 1)),
            "tensors": lambda: shown(data.from_tensors(rows)),
            "in a dictionary": lambda: [repr(one["m"]) for one in data.from_tensors({"m": rows, "n": 1})],
            "repeat, batch": lambda: [one.values for one in data.from_tensors(rows).repeat(2).batch(2)],
            "zip": lambda: [[repr(a), repr(b)] for a, b in data.zip((slices, slices.skip(1)))],
            "reduce": lambda: slices.reduce(0, lambda s, m: s + tf.reduce_sum(m.values)),
            "generator": lambda: shown(
                data.from_generator(lambda: iter([rows]), output_signature=Masked.Spec([3, 2], tf.int32))
            ),
            "shapes": lambda: [one.shape for one in data.from_tensor_slices(Shaped([[1, 2], [3, 4]], [2, 7]))],
            "spec of shapes": lambda: repr(data.from_tensor_slices(Shaped([[1], [3]], [2, 7])).batch(2).element_spec),
            "single": lambda: [one.x for one in data.from_tensors(Single([1, 2]))],
            "numpy": lambda: list(slices.as_numpy_iterator()),
            "interleaved": lambda: shown(slices.interleave(data.from_tensors)),
            "cached, shuffled": lambda: sorted(shown(slices.cache().shuffle(3, seed=1).prefetch(1))),
        }
    )


def dispatch(tf, np, folder):
    Masked, dispatched = _masked(tf), tf.experimental
    one, texts = Masked([1, -2, 3], [True, False, True]), Masked(["a", "B"], [True, True])
    registered = []

    def noted(decorator):
        def decorate(function):
            registered.append(decorator(function))
            return registered[-1]

        return decorate

    @noted(dispatched.dispatch_for_api(tf.stack))
    def stacked(values: List[Masked], axis=0):
        return Masked(tf.stack([v.values for v in values], axis), tf.stack([v.mask for v in values], axis))

    @noted(dispatched.dispatch_for_api(tf.concat, {"values": List[Masked]}))
    def joined(values, axis, name="concat"):
        return Masked(tf.concat([v.values for v in values], axis), tf.concat([v.mask for v in values], axis))

    @noted(dispatched.dispatch_for_api(tf.reduce_sum, {0: Masked}))
    def summed(input_tensor, axis=None, keepdims=False, name=None):
        return tf.reduce_sum(input_tensor.with_default(0), axis, keepdims)

    @noted(dispatched.dispatch_for_unary_elementwise_apis(Masked))
    def unary(api, x):
        return Masked(api(x.values), x.mask)

    kinds = Union[Masked, tf.Tensor]

    @noted(dispatched.dispatch_for_binary_elementwise_apis(kinds, kinds))
    def binary(api, x, y):
        x = x if isinstance(x, Masked) else Masked(tf.fill(y.shape, x), y.mask)
        y = y if isinstance(y, Masked) else Masked(tf.fill(x.shape, y), x.mask)
        return Masked(api(x.values, y.values), x.mask & y.mask)

    @noted(dispatched.dispatch_for_binary_elementwise_assert_apis(Masked, Masked))
    def asserted(api, x, y):
        return api(x.with_default(0), y.with_default(0))

    def again(name, function, *signatures):
        return dispatched.dispatch_for_api(name, *signatures)(function)

    def passed_on():
        def nothing(*args, **kwargs):
            return NotImplemented

        again(tf.squeeze, nothing, {0: Masked})
        try:
            return tf.squeeze(one)
        finally:
            dispatched.unregister_dispatch_for(nothing)

    def ambiguous():
        def other(*args, **kwargs):
            return 1

        again(tf.stack, other, {"values": List[Masked]})
        try:
            return tf.stack([one, one])
        finally:
            dispatched.unregister_dispatch_for(other)

    def gone():
        for function in registered[:3]:
            dispatched.unregister_dispatch_for(function)
        for function in registered[3:]:
            with contextlib.suppress(KeyError):  # TensorFlow 2.15 raises it after it has unregistered some of them
                dispatched.unregister_dispatch_for(function)
        return tf.stack([tf.constant([-1])])

    found = each(
        {
            "stack": lambda: repr(tf.stack([one, one])),
            "stack of tensors": lambda: tf.stack([one.values, one.values]),
            "concat": lambda: repr(tf.concat(axis=0, values=[one, one])),
            "sum": lambda: [tf.reduce_sum(one), tf.math.reduce_sum(input_tensor=one, axis=0, keepdims=True)],
            "abs": lambda: repr(tf.abs(one)),
            "cast": lambda: tf.cast(one, tf.float32).values,
            "clip": lambda: tf.clip_by_value(one, 0, 2).values,
            "texts": lambda: [tf.strings.lower(texts).values, tf.strings.length(texts).values],
            "regex": lambda: tf.strings.regex_replace(texts, "a", "z").values,
            "zeros_like": lambda: tf.zeros_like(one).values,
            "relu": lambda: tf.nn.relu(one).values,
            "add": lambda: repr(tf.add(one, one, name="sum")),
            "add a tensor": lambda: [repr(tf.add(one, tf.constant(1))), repr(tf.math.add(x=tf.constant(1), y=one))],
            "add a number": lambda: repr(tf.add(one, 1)),
            "less": lambda: tf.less(one, one).values,
            "atan2": lambda: tf.math.atan2(tf.cast(one, tf.float32), tf.cast(one, tf.float32)).values,
            "of tensors": lambda: tf.add(tf.constant(1), tf.constant(2)),
            "asserted": lambda: tf.debugging.assert_equal(one, one),
            "asserted, not so": lambda: tf.debugging.assert_less(one, one),
            "in a function": lambda: tf.function(lambda m: tf.add(tf.abs(m), m))(one).values,
            "not covered": lambda: tf.reduce_max(one),
            "passed on": passed_on,
            "ambiguous": ambiguous,
            "no function of TensorFlow": lambda: again(print, print),
            "other arguments": lambda: again(tf.reduce_max, lambda x: x, {0: Masked}),
            "no such argument": lambda: again(tf.reduce_max, lambda *a, **k: 0, {"x": Masked}),
            "no type": lambda: again(tf.reduce_max, lambda *a, **k: 0, {0: 3}),
            "no signature": lambda: again(tf.reduce_max, lambda input_tensor, axis, keepdims, name: 0),
            "twice": lambda: dispatched.dispatch_for_unary_elementwise_apis(Masked)(lambda api, x: x),
            "never registered": lambda: dispatched.unregister_dispatch_for(print),
        }
    )
    return {**found, **each({"unregistered": gone, "no longer": lambda: tf.stack([one, one])})}
