"""Descriptions of values, optional elements, records, rows, kinds of arguments, variables of strings."""

# ruff: noqa: E501  (one expression a line, evaluated)

from tests.compat.programs import each


def _evaluated(names, expressions):
    """The results of expressions, one a line."""
    lines = [line.strip() for line in expressions.strip().splitlines()]
    return each({line: lambda line=line: eval(line, names) for line in lines})


def specs(tf, np, folder):
    names = {
        "tf": tf,
        "np": np,
        "rows": tf.IndexedSlices(tf.constant([[1.0, 2.0]]), tf.constant([1], tf.int64), tf.constant([3, 2], tf.int64)),
        "open_rows": tf.IndexedSlices(tf.constant([[1.0, 2.0]]), tf.constant([1])),
        "array": tf.TensorArray(tf.float32, size=2, element_shape=[2]).unstack([[1.0, 2.0], [3.0, 4.0]]),
        "data": tf.data.Dataset,
    }
    names["of_rows"] = tf.function(
        lambda s: (s.values * 2, s.indices), input_signature=[tf.IndexedSlicesSpec([None, 2], indices_dtype=tf.int32)]
    )
    names["stacked"] = tf.function(lambda t: t.stack())
    names["ragged_sum"] = tf.function(
        lambda r: tf.reduce_sum(r), input_signature=[tf.RaggedTensorSpec([None, None], tf.int32)]
    )
    return _evaluated(
        names,
        """
        repr(tf.IndexedSlicesSpec())
        repr(tf.IndexedSlicesSpec([2, 3], tf.int32, tf.int32, tf.int32, [2]))
        [repr(tf.type_spec_from_value(rows)), repr(tf.type_spec_from_value(open_rows))]
        tf.IndexedSlicesSpec().value_type is tf.IndexedSlices
        [tf.IndexedSlicesSpec([3, 2]) == tf.IndexedSlicesSpec([3, 2]), tf.IndexedSlicesSpec([3, 2]) == tf.IndexedSlicesSpec([2, 2])]
        [tf.IndexedSlicesSpec([3, 2]).is_compatible_with(rows), tf.IndexedSlicesSpec([3, 2], tf.float32, tf.int64, tf.int64, [1]).is_compatible_with(rows)]
        repr(tf.IndexedSlicesSpec([None, 2]).most_specific_common_supertype([tf.IndexedSlicesSpec([3, 2])]))
        [tf.IndexedSlicesSpec([3, 2]).is_subtype_of(tf.IndexedSlicesSpec([None, 2])), tf.IndexedSlicesSpec([None, 2]).is_subtype_of(tf.IndexedSlicesSpec([3, 2]))]
        [repr(tf.TensorArraySpec()), repr(tf.TensorArraySpec([2], tf.int32, True, False))]
        [repr(tf.type_spec_from_value(array)), repr(tf.type_spec_from_value(tf.TensorArray(tf.int32, 3, dynamic_size=True)))]
        tf.TensorArraySpec().value_type is tf.TensorArray
        [tf.TensorArraySpec([2]).is_compatible_with(array), tf.TensorArraySpec([3]).is_compatible_with(array)]
        repr(tf.TensorArraySpec.from_value(array))
        repr(tf.TensorArraySpec([None]).most_specific_common_supertype([tf.TensorArraySpec([3])]))
        repr(tf.type_spec_from_value(tf.Variable([1.0])))
        repr(tf.type_spec_from_value(tf.Variable(["a"], trainable=False)))
        [repr(tf.type_spec_from_value(one)) for one in (np.array([1, 2]), 3, [1, 2], "a", None, (1, 2), tf.TensorShape([1]))]
        repr(tf.type_spec_from_value(data.range(2)))
        repr(tf.type_spec_from_value(iter(data.range(2))))
        tf.type_spec_from_value({"a": 1})
        tf.type_spec_from_value(object())
        tf.type_spec_from_value(tf.TensorSpec([1]))
        repr(tf.data.DatasetSpec(tf.TensorSpec([])))
        repr(tf.data.DatasetSpec.from_value(data.range(2)))
        [tf.data.DatasetSpec(tf.TensorSpec([])) == tf.data.DatasetSpec(tf.TensorSpec([])), tf.data.DatasetSpec(tf.TensorSpec([])).value_type is data]
        tf.data.DatasetSpec(tf.TensorSpec([None])).is_compatible_with(tf.data.DatasetSpec(tf.TensorSpec([2])))
        repr(tf.data.IteratorSpec(tf.TensorSpec([])))
        tf.RaggedTensorSpec([2, None], tf.int32, 1, tf.int32).flat_values_spec
        [tf.RaggedTensorSpec([2, None]).value_type is tf.RaggedTensor, tf.SparseTensorSpec([2]).value_type is tf.SparseTensor]
        repr(tf.TensorSpec([2]).most_specific_common_supertype([tf.TensorSpec([3, 1])]))
        len({tf.TensorArraySpec([2]), tf.TensorArraySpec([2]), tf.IndexedSlicesSpec([2]), tf.IndexedSlicesSpec([2])})
        of_rows(open_rows)
        of_rows(rows)
        repr(of_rows.get_concrete_function().structured_input_signature)
        stacked(array)
        ragged_sum(tf.ragged.constant([[1, 2], [3]]))
        ragged_sum(tf.constant([[1]]))
        repr(data.from_tensors(rows).element_spec)
        [one.values for one in data.from_tensors(rows)]
        [one.stack() for one in data.from_tensors(array)]
        repr(data.from_tensors(array).element_spec)
        tf.nest.flatten(rows, expand_composites=True)
        tf.nest.map_structure(lambda x: x + x, open_rows, expand_composites=True).values
        tf.compat.v1.data.experimental.Structure is tf.TypeSpec
        [tf.compat.v1.data.experimental.DatasetStructure is tf.data.DatasetSpec, tf.compat.v1.data.experimental.OptionalStructure is tf.OptionalSpec]
        repr(tf.compat.v1.data.experimental.TensorStructure(tf.int32, [2]))
        repr(tf.compat.v1.data.experimental.SparseTensorStructure(tf.int32, [2]))
        repr(tf.compat.v1.data.experimental.RaggedTensorStructure(tf.int32, [2, None], 1))
        repr(tf.compat.v1.data.experimental.TensorArrayStructure(tf.int32, [2], False, True))
        """,
    )


def optional(tf, np, folder):
    kind = tf.experimental.Optional

    def three():
        iterator = iter(tf.data.Dataset.range(2))
        return [iterator.get_next_as_optional() for _ in range(3)]

    names = {
        "tf": tf,
        "kind": kind,
        "some": kind.from_value(tf.constant([1, 2])),
        "none": kind.empty(tf.TensorSpec([], tf.int32)),
        "three": three(),
        "data": tf.data.Dataset,
        "doubled": tf.function(lambda o: o.get_value() * 2),
        "asked": tf.function(lambda o: tf.cond(o.has_value(), lambda: 1, lambda: 0)),
        "packed": tf.function(lambda x: kind.from_value({"x": x + 1})),
    }
    return _evaluated(
        names,
        """
        [some.has_value(), some.get_value(), repr(some.element_spec)]
        [none.has_value(), repr(none.element_spec), isinstance(none, kind)]
        none.get_value()
        kind.from_value((1, "a")).get_value()
        repr(kind.from_value({"a": 1.0}).element_spec)
        kind.from_value(3).get_value(name="x")
        [one.has_value() for one in three]
        [one.get_value() for one in three[:2]]
        three[2].get_value()
        repr(three[2].element_spec)
        tf.data.experimental.get_next_as_optional(iter(data.range(2))).get_value()
        tf.data.experimental.Optional is kind
        kind()
        [doubled(some), doubled(kind.from_value(tf.constant(2.0)))]
        [asked(kind.from_value(3)), asked(none)]
        doubled.get_concrete_function(tf.OptionalSpec(tf.TensorSpec([], tf.int32)))(kind.from_value(4))
        packed(tf.constant(3)).get_value()
        [one.get_value() for one in data.range(2).map(kind.from_value)]
        repr(data.range(2).map(kind.from_value).element_spec)
        [one.get_value() for one in data.from_tensors(some)]
        list(data.range(3).map(kind.from_value).filter(lambda o: o.get_value() > 1).map(lambda o: o.get_value()))
        repr(tf.OptionalSpec(tf.TensorSpec([], tf.int32)))
        repr(tf.type_spec_from_value(some))
        repr(tf.OptionalSpec.from_value(some))
        tf.OptionalSpec(tf.TensorSpec([])) == tf.OptionalSpec(tf.TensorSpec([]))
        tf.OptionalSpec(tf.TensorSpec([None])).is_compatible_with(tf.OptionalSpec(tf.TensorSpec([2])))
        repr(tf.OptionalSpec(tf.TensorSpec([None])).most_specific_common_supertype([tf.OptionalSpec(tf.TensorSpec([2]))]))
        tf.OptionalSpec(tf.TensorSpec([2])).is_subtype_of(tf.OptionalSpec(tf.TensorSpec([None])))
        """,
    )


def rows(tf, np, folder):
    kind = tf.experimental.RowPartition
    names = {
        "tf": tf,
        "kind": kind,
        "uneven": kind.from_row_lengths([3, 0, 2]),
        "even": kind.from_uniform_row_length(2, nvals=6),
    }
    return _evaluated(
        names,
        """
        [repr(uneven), repr(even), uneven.dtype.name]
        [uneven.row_splits(), uneven.row_lengths(), uneven.value_rowids()]
        [uneven.nrows(), uneven.nvals(), uneven.row_starts(), uneven.row_limits(), uneven.offsets_in_rows()]
        [uneven.is_uniform(), even.is_uniform(), uneven.uniform_row_length(), even.uniform_row_length()]
        [uneven.static_nrows, unint(even.static_nvals), even.static_nvals, even.static_uniform_row_length]
        [even.row_splits(), even.row_lengths(), even.value_rowids()]
        uneven.with_dtype(tf.int32).row_splits()
        kind.from_value_rowids([0, 0, 2], nrows=4).row_splits()
        kind.from_value_rowids([0, 0, 2]).static_nvals
        kind.from_row_splits([0, 2, 2]).row_lengths()
        kind.from_row_starts([0, 2, 2], nvals=3).row_lengths()
        kind.from_row_limits([2, 2, 3]).row_lengths()
        kind.from_row_lengths([1, 2], dtype=tf.int32).row_splits()
        kind.from_row_splits(tf.constant([0, 2], tf.int32)).dtype.name
        kind.from_uniform_row_length(0, nvals=0, nrows=3).row_splits()
        kind.from_row_splits([0, 2, 1])
        kind.from_row_splits([1, 2])
        kind.from_row_splits([])
        kind.from_row_splits([0, 2.5])
        kind.from_row_lengths([-1])
        kind.from_value_rowids([1, 0])
        kind.from_value_rowids([3], nrows=2)
        kind.from_uniform_row_length(2, nvals=5)
        kind([1])
        [repr(tf.type_spec_from_value(uneven)), repr(tf.type_spec_from_value(even))]
        tf.nest.flatten(uneven, expand_composites=True)
        tf.function(lambda p: p.row_lengths())(uneven)
        """,
    )


def records(tf, np, folder):
    kind = tf.experimental.StructuredTensor
    names = {
        "tf": tf,
        "kind": kind,
        "two": kind.from_pyval([{"x": 1, "y": [2, 3]}, {"x": 4, "y": [5]}]),
        "one": kind.from_pyval({"x": 1, "y": [2.0, 3.0], "z": {"w": [b"a"]}}),
        "nested": kind.from_pyval([[{"a": 1}], [{"a": 2}, {"a": 3}]]),
        "plain": kind.from_fields({"x": [1, 2], "y": [[1, 2], [3, 4]]}, shape=[2]),
        "papers": kind.from_pyval([{"docs": [{"ids": [1, 2]}, {"ids": [3]}]}, {"docs": [{"ids": [7]}]}]),
        "halves": tf.experimental.RowPartition.from_row_lengths([1, 1]),
        "data": tf.data.Dataset,
    }
    return _evaluated(
        names,
        """
        [repr(one), repr(nested), repr(plain)]
        [two.shape, one.shape, nested.shape, plain.shape, two.rank, nested.rank]
        [sorted(two.field_names()), one.field_names()]
        [two.field_value("x"), two.field_value("y"), one.field_value(("z", "w"))]
        one.field_value("q")
        one.field_value(("x", "q"))
        [two.to_pyval(), one.to_pyval(), nested.to_pyval(), plain.to_pyval()]
        [two[0].to_pyval(), two[1]["y"], two[0, "x"], two[:1].to_pyval(), two[-1].to_pyval()]
        [nested[1].to_pyval(), nested[1, 0].to_pyval(), nested[:, 0:1].to_pyval()]
        [papers[0, "docs", 1].to_pyval(), papers[1:, "docs"].to_pyval()]
        two["x"]
        two[...]
        [[repr(part) for part in records.row_partitions] for records in (two, nested)]
        [two.nrows(), nested.nrows(), one.nrows()]
        one.with_updates({"x": tf.constant(5)}).to_pyval()
        one.with_updates({("z", "v"): tf.constant([1])}).to_pyval()
        one.with_updates({"x": None}).to_pyval()
        one.with_updates({"x": lambda t: t + 1}).to_pyval()
        two.with_updates({"n": tf.constant([1, 2])}).to_pyval()
        two.with_updates({"n": tf.constant([1, 2, 3])})
        papers.with_updates({("docs", "ids"): lambda x: x + 1}).to_pyval()
        papers.with_updates({("docs", "n"): lambda: 1})
        papers.with_updates({("none", "ids"): lambda x: x + 1})
        papers.with_updates({"docs": None}).to_pyval()
        papers.promote(("docs", "ids"), "all").to_pyval()
        papers.field_value(("docs", "ids"))
        kind.from_pyval([{"a": {"b": 1}}, {"a": {"b": 3}}]).promote(("a", "b"), "c").to_pyval()
        two.promote(("y",), "yy")
        nested.merge_dims(0, 1).to_pyval()
        two.partition_outer_dimension(halves).to_pyval()
        two.partition_outer_dimension(3)
        one.partition_outer_dimension(halves)
        kind.from_fields({"a": [[1, 2], [3, 4]]}, shape=[2, 2]).merge_dims(0, 1).to_pyval()
        [repr(part) for part in kind.from_fields({"a": [[1, 2], [3, 4]]}, shape=[2, 2]).row_partitions]
        kind.from_fields_and_rank({"a": [[1, 2], [3, 4]]}, rank=1).shape
        kind.from_fields({"a": tf.ragged.constant([[1], [2, 3]])}, shape=[2, None]).to_pyval()
        kind.from_fields({}, shape=[2], nrows=2).to_pyval()
        kind.from_fields({}, shape=[2, None], row_partitions=[tf.experimental.RowPartition.from_row_lengths([1, 2])]).to_pyval()
        kind.from_fields({"a": [1, 2], "b": [2, 3, 4]}, shape=[2])
        kind.from_fields("a", shape=[])
        kind.from_fields({1: 2}, shape=[])
        kind.from_fields({"a": object()}, shape=[])
        kind.from_pyval([1, 2])
        kind.from_pyval([{"x": 1}, {"y": 2}])
        kind.from_pyval(None)
        kind.from_pyval({"a": None})
        kind.from_pyval([{"a": 1}, 3])
        kind.from_pyval([[{"a": 1}], []]).to_pyval()
        kind.from_pyval([{}]).to_pyval()
        kind.from_pyval({"x": [1]}, typespec=one._type_spec)
        [two == two, plain == plain]
        hash(two)
        tf.function(lambda s: s.field_value("x") + 1)(two)
        tf.function(lambda s: s)(plain).to_pyval()
        [record.to_pyval() for record in data.from_tensor_slices(two)]
        [record.to_pyval() for record in data.from_tensor_slices(plain)]
        [record.to_pyval() for record in data.from_tensors(papers)]
        [record.to_pyval() for record in data.from_tensor_slices(plain).batch(2)]
        """,
    )


def kinds(tf, np, folder):
    types = tf.types.experimental
    traces = []

    class Kind(types.TraceType):
        def __init__(self, value):
            self.value = value

        def is_subtype_of(self, other):
            return self == other

        def most_specific_common_supertype(self, others):
            return self if all(self == one for one in others) else None

        def placeholder_value(self, placeholder_context=None):
            return self.value

        def __eq__(self, other):
            return type(other) is Kind and type(self.value) is type(other.value)

        def __hash__(self):
            return hash(type(self.value))

    class Fruit:
        taste = 1

        def __tf_tracing_type__(self, context):
            return Kind(self)

    class Apple(Fruit):
        taste = 2

    @tf.function
    def tasted(fruit):
        traces.append(1)
        return tf.constant(fruit.taste)

    @tf.function
    def added(x, y=3):
        return x + y

    concrete = added.get_concrete_function(tf.constant(1))
    names = {**locals(), "calls": lambda *some: [[tasted(one) for one in some], len(traces)]}
    return _evaluated(
        names,
        """
        [isinstance(added, types.GenericFunction), isinstance(added, types.PolymorphicFunction), isinstance(added, types.Callable)]
        [isinstance(concrete, types.ConcreteFunction), isinstance(concrete, types.Callable), isinstance(concrete, types.GenericFunction)]
        isinstance(concrete, types.AtomicFunction)
        types.TraceType()
        [isinstance(tf.TensorSpec([1]), types.TraceType), isinstance(3, types.TraceType)]
        [isinstance(Apple(), types.SupportsTracingProtocol), isinstance(3, types.SupportsTracingProtocol)]
        calls(Apple(), Apple())
        calls(Fruit(), Fruit(), Apple())
        repr(concrete.function_type)
        [isinstance(concrete.function_type, types.FunctionType), list(concrete.function_type.parameters)]
        repr(types.FunctionType.from_callable(lambda a, b=2, *c, **d: 0))
        [name for name in dir(types) if name[0] != "_"]
        [name for name in dir(types.distributed) if name[0] != "_"]
        """,
    )


def strings(tf, np, folder):
    v = tf.Variable(["a", "b"])
    before = tf.convert_to_tensor(v)

    @tf.function
    def written():
        v.assign(["x", "y"])
        return v.read_value()

    names = {"tf": tf, "np": np, "v": v, "before": before, "written": written}
    return _evaluated(
        names,
        """
        [repr(v), v.name, v.dtype.name, v.shape, v.trainable]
        isinstance(v, tf.Variable)
        [v.assign(["c", "d"]).numpy(), v.numpy(), before]
        v.assign("x")
        v.assign(["a"])
        v.assign(1)
        v.assign_add(["z", "z"])
        [v[0], v[1:], v.value(), v.read_value()]
        [tf.strings.lower(v), tf.strings.length(v), tf.strings.join([v, v])]
        [v == [b"c", b"d"], v != tf.constant(["c", "x"]), v + v]
        [tf.concat([v, v], 0), tf.gather(v, [1]), tf.identity(v), tf.size(v), tf.reshape(v, [2, 1])]
        [tf.Variable("s").numpy(), tf.Variable([["a"], ["b"]]).shape, tf.Variable(lambda: ["f"]).numpy()]
        [tf.Variable(tf.constant(["a"]), name="named").name, tf.Variable(np.array(["n"])).numpy()]
        tf.Variable(["a"], trainable=False).trainable
        v[0].assign("z").numpy()
        v.scatter_update(tf.IndexedSlices(["k"], [0])).numpy()
        v.scatter_nd_update([[1]], ["l"]).numpy()
        v.is_initialized()
        """,
    ) | each({"written in a function": lambda: [written(), v.numpy()]})


def rare(tf, np, folder):
    def executed(kind):
        with tf.experimental.function_executor_type(kind):
            return tf.function(lambda: tf.constant(1))()

    def passed_on(value):
        return tf.experimental.dlpack.from_dlpack(tf.experimental.dlpack.to_dlpack(value))

    names = {**locals(), "data": tf.data.experimental, "three": tf.data.Dataset.range(3)}
    names["pairs"] = tf.data.Dataset.from_tensor_slices((["a", "b"], [1, 2]))
    return _evaluated(
        names,
        """
        [passed_on(tf.constant([1.0, 2.0])), passed_on(tf.constant([[1, 2], [3, 4]]))]
        passed_on("a")
        [executed("SINGLE_THREADED_EXECUTOR"), executed("DEFAULT"), executed("")]
        executed("nonsense")
        tf.experimental.register_filesystem_plugin("/not/there.so")
        [data.to_variant(three).dtype.name, data.to_variant(three).shape]
        list(data.from_variant(data.to_variant(three), tf.TensorSpec([], tf.int64)))
        repr(data.from_variant(data.to_variant(three), tf.TensorSpec([], tf.int64)).element_spec)
        tf.lookup.StaticHashTable(data.DatasetInitializer(pairs), -1).lookup(tf.constant(["b", "c"]))
        [data.DatasetInitializer(pairs).key_dtype.name, data.DatasetInitializer(pairs).value_dtype.name]
        data.DatasetInitializer(three)
        data.DatasetInitializer(3)
        """,
    )


def data_service(tf, np, folder):
    service = tf.data.experimental.service
    dispatcher = service.DispatchServer(service.DispatcherConfig(port=0))
    address = dispatcher.target.split("://")[1]
    workers = [service.WorkerServer(service.WorkerConfig(dispatcher_address=address))]
    six = tf.data.Dataset.range(6)

    def given(mode):
        return sorted(int(one) for one in six.apply(service.distribute(mode, dispatcher.target)))

    def by_name():
        name = service.register_dataset(dispatcher.target, six)
        found = service.from_dataset_id(service.ShardingPolicy.OFF, dispatcher.target, name, six.element_spec)
        return [name.dtype.name, sorted(int(one) for one in found)]

    def by_two():
        workers.append(service.WorkerServer(service.WorkerConfig(dispatcher_address=address)))
        return [given("parallel_epochs"), given("distributed_epoch")]

    found = each(
        {
            "modes": lambda: [given("parallel_epochs"), given("distributed_epoch")],
            "policies": lambda: [given(service.ShardingPolicy.DYNAMIC), [repr(one) for one in service.ShardingPolicy]],
            "by name": by_name,
            "by two": by_two,
            "target": lambda: dispatcher.target.startswith("grpc://localhost:"),
            "settings": lambda: [repr(service.DispatcherConfig()), repr(service.WorkerConfig("a:1"))],
            "wrong mode": lambda: given("all"),
            "no folder": lambda: service.DispatchServer(service.DispatcherConfig(fault_tolerant_mode=True)),
            "spec": lambda: repr(six.apply(service.distribute("parallel_epochs", dispatcher.target)).element_spec),
        }
    )
    for one in (*workers, dispatcher):
        one._stop()
    return found
