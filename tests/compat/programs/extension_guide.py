"""What the guide to extension types shows, as programs of our own: vehicles, graphs, masks, sparse rows, Keras."""

# ruff: noqa: UP006  (annotations as scripts write them)

import typing

from tests.compat.programs import each


def vehicles(tf, np, folder):
    class Vehicle(tf.experimental.BatchableExtensionType):
        top_speed: tf.Tensor
        mpg: tf.Tensor

    class Fleet(tf.experimental.ExtensionType):
        name: str
        vehicles: typing.Mapping[str, Vehicle]
        home: typing.Tuple[float, float] = (0.0, 0.0)

        def count(self):
            return len(self.vehicles)

    fleet = Fleet("ours", {"car": Vehicle(3.5, 40.0), "truck": Vehicle(1.5, 12.0)})
    batch = Vehicle([120, 150, 80], [30, 40, 12])

    @tf.function
    def fastest(fleet):
        return tf.reduce_max([one.top_speed for one in fleet.vehicles.values()])

    def faster():
        parts = tf.experimental.extension_type.as_dict(fleet.vehicles["car"])
        return Vehicle(**{**parts, "top_speed": parts["top_speed"] * 2})

    return each(
        {
            "read": lambda: [fleet.name, fleet.vehicles["car"].mpg, fleet.home, fleet.count()],
            "printed": lambda: repr(fleet.vehicles),
            "mapping does not change": lambda: fleet.vehicles.update(van=Vehicle(1.0, 2.0)),
            "mapping is kept": lambda: fleet.vehicles.__setitem__("van", Vehicle(1.0, 2.0)),
            "flat": lambda: tf.nest.flatten(fleet, expand_composites=True),
            "fastest": lambda: fastest(fleet),
            "spec": lambda: repr(fleet._type_spec),
            "map_fn": lambda: tf.map_fn(lambda one: one.top_speed * one.mpg, batch, fn_output_signature=tf.int32),
            "changed copy": lambda: [faster().top_speed, faster().mpg],
            "of a dataset": lambda: [
                one.top_speed for one in tf.data.Dataset.from_tensor_slices(batch).batch(2).map(lambda one: one)
            ],
        }
    )


def graphs(tf, np, folder):
    class TensorGraph(tf.experimental.ExtensionType):
        num_nodes: tf.Tensor
        edge_src: tf.Tensor
        edge_dst: tf.Tensor

        def __validate__(self):
            self.edge_src.shape.assert_is_compatible_with(self.edge_dst.shape)

        @property
        def num_edges(self):
            return tf.size(self.edge_src)

        def degrees(self):
            return tf.math.unsorted_segment_sum(tf.ones_like(self.edge_dst), self.edge_dst, self.num_nodes)

        class Spec:
            def __init__(self, edges):
                self.num_nodes = tf.TensorSpec([], tf.int32)
                self.edge_src = tf.TensorSpec([edges], tf.int32)
                self.edge_dst = tf.TensorSpec([edges], tf.int32)

    triangle = TensorGraph(3, [0, 1, 2], [1, 2, 0])

    @tf.function
    def reversed_graph(graph):
        return TensorGraph(graph.num_nodes, graph.edge_dst, graph.edge_src)

    @tf.function
    def with_edge(graph, source, target):
        return TensorGraph(
            num_nodes=graph.num_nodes,
            edge_src=tf.concat([graph.edge_src, [source]], 0),
            edge_dst=tf.concat([graph.edge_dst, [target]], 0),
        )

    class Node(tf.experimental.ExtensionType):
        value: tf.Tensor
        children: typing.Tuple["Node", ...] = ()

        def total(self):
            return tf.add_n([self.value, *[one.total() for one in self.children]])

    globals()["Node"] = Node  # where the name in its own annotation is looked up
    tree = Node(1.0, [Node(2.0, [Node(4.0)]), Node(8.0)])
    return each(
        {
            "edges": lambda: [triangle.num_edges, triangle.degrees()],
            "reversed": lambda: [reversed_graph(triangle).edge_src, type(reversed_graph(triangle)).__name__],
            "with an edge": lambda: with_edge(triangle, 0, 2).edge_dst,
            "degrees of it": lambda: with_edge(triangle, 0, 2).degrees(),
            "not valid": lambda: TensorGraph(2, [0], [0, 1]),
            "no graph": lambda: TensorGraph("x", [0], object()),
            "spec": lambda: repr(TensorGraph.Spec(None)),
            "of its spec": lambda: TensorGraph.Spec(None).is_compatible_with(triangle),
            "signed": lambda: tf.function(lambda g: g.degrees(), input_signature=[TensorGraph.Spec(3)])(triangle),
            "tree": lambda: tree.total(),
            "tree in a function": lambda: tf.function(lambda node: node.total())(tree),
            "tree, flat": lambda: tf.nest.flatten(tree, expand_composites=True),
        }
    )


def sparse_rows(tf, np, folder):
    class Encoder(tf.experimental.ExtensionTypeBatchEncoder):
        def batch(self, spec, batch_size):
            return Rows.Spec(tf.TensorShape([batch_size]).concatenate(spec.shape), spec.dtype)

        def unbatch(self, spec):
            return Rows.Spec(spec.shape[1:], spec.dtype)

        def encoding_specs(self, spec):
            return tf.TensorSpec(spec.shape, spec.dtype)

        def encode(self, spec, value, minimum_rank=0):
            return value.dense()

        def decode(self, spec, encoded_value):
            return Rows.of(encoded_value)

    class Rows(tf.experimental.BatchableExtensionType):
        places: tf.Tensor
        values: tf.Tensor
        shape: tf.TensorShape

        __batch_encoder__ = Encoder()

        class Spec:
            def __init__(self, shape, dtype=tf.float32):
                self.places = tf.TensorSpec([None, len(shape)], tf.int64)
                self.values = tf.TensorSpec([None], dtype)
                self.shape = tf.TensorShape(shape)

            dtype = property(lambda self: self.values.dtype)

        def dense(self):
            return tf.scatter_nd(self.places, self.values, self.shape)

        @staticmethod
        def of(dense):
            places = tf.where(tf.not_equal(dense, 0))
            return Rows(places, tf.gather_nd(dense, places), dense.shape)

    rows = Rows.of(tf.constant([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0]]))
    one = Rows.of(tf.constant([0.0, 5.0]))
    data = tf.data.Dataset
    return each(
        {
            "dense": lambda: rows.dense(),
            "parts": lambda: [rows.places, rows.values, rows.shape],
            "spec": lambda: repr(Rows.Spec([2, None])._serialize()[1:]),
            "slices": lambda: [row.dense() for row in data.from_tensor_slices(rows)],
            "parts of slices": lambda: [row.places for row in data.from_tensor_slices(rows)],
            "batch": lambda: [two.dense() for two in data.from_tensors(one).repeat(3).batch(2)],
            "map": lambda: list(data.from_tensor_slices(rows).map(lambda row: tf.reduce_sum(row.values))),
        }
    )


def networks(tf, np, folder):
    class Network(tf.experimental.BatchableExtensionType):
        shape: tf.TensorShape
        work: tf.Tensor
        bandwidth: tf.Tensor

        def __init__(self, work, bandwidth):
            self.work = tf.convert_to_tensor(work)
            self.bandwidth = tf.convert_to_tensor(bandwidth)
            self.shape = self.work.shape[:-1].merge_with(self.bandwidth.shape[:-2])

    def balanced(network):
        moved = tf.einsum("...a,...ab->...b", network.work, network.bandwidth)
        return Network(network.work + 0.1 * moved, network.bandwidth)

    class Balance(tf.keras.layers.Layer):
        def call(self, inputs):
            for _ in range(2):
                inputs = balanced(inputs)
            return inputs

    class Score(tf.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = tf.keras.layers.Dense(1, kernel_initializer="ones")

        def call(self, inputs):
            return self.dense(inputs.work)

    class Scores(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.balance, self.score = Balance(), Score()

        def call(self, inputs):
            return self.score(self.balance(inputs))

    network = Network([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]], np.stack([np.eye(3), np.ones((3, 3))]).astype("float32"))
    spec = Network.Spec(
        shape=tf.TensorShape([None]),
        work=tf.TensorSpec([None, 3], tf.float32),
        bandwidth=tf.TensorSpec([None, 3, 3], tf.float32),
    )
    slices = tf.data.Dataset.from_tensor_slices

    def functional():
        entry = tf.keras.Input(type_spec=spec)
        return tf.keras.Model(entry, Score()(Balance()(entry)))

    def trained(model):
        model.compile("sgd", "mse")
        return model.fit(slices((network, [[1.0], [2.0]])).batch(2), epochs=2, verbose=0).history["loss"]

    def trained_on_tensors():
        model = Scores()
        model.compile("sgd", "mse")
        return model.fit(network, tf.constant([[1.0], [2.0]]), epochs=2, verbose=0).history["loss"]

    return each(
        {
            "balanced": lambda: balanced(network).work,
            "in a function": lambda: tf.function(balanced)(network).work,
            "layer": lambda: Balance()(network).work,
            "model": lambda: Scores()(network),
            "sequential": lambda: tf.keras.Sequential([Balance(), Score()])(network),
            "sequential with input": lambda: (
                tf.keras.Sequential([tf.keras.Input(type_spec=spec), Balance()])(network).work
            ),
            "functional": lambda: functional()(network),
            "its output shape": lambda: list(functional().output_shape),
            "fit": lambda: trained(Scores()),
            "fit, functional": lambda: trained(functional()),
            "fit on tensors": trained_on_tensors,
            "predict": lambda: functional().predict(slices(network).batch(2), verbose=0),
            "lambda": lambda: tf.keras.layers.Lambda(lambda one: one.work * 2)(network),
            "batches": lambda: [[one.shape, one.work] for one in slices(network).batch(2, drop_remainder=True)],
        }
    )
