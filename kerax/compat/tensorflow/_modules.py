"""Modules of the namespace beside operations and Keras: data, io, strings, image, train, config, distribute..."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._hosted import names as hosted_names
from kerax.compat.tensorflow._namespace import Namespace, table
from kerax.compat.tensorflow._saved_model_names import CONSTANTS


def _dataset_class(name: str) -> Any:
    def make() -> Any:
        from kerax.compat.tensorflow._dataset import source

        return source(name)

    return lambda: make()


def _experimental_data() -> Namespace:
    from kerax.compat.tensorflow._data_experimental import names

    return Namespace("tf.data.experimental", names())


def _module(name: str, **modules: str) -> Namespace:
    return Namespace(f"tf.{name}", table(**modules))


data = Namespace(
    "tf.data",
    {
        **{name: _dataset_class(name) for name in ("TextLineDataset", "TFRecordDataset", "FixedLengthRecordDataset")},
        **table(_dataset="Dataset Iterator=DatasetIterator", _spec="DatasetSpec", _spec_parts="IteratorSpec"),
        **table(**{"kerax.data": "Options ThreadingOptions"}),
        "AUTOTUNE": -1,
        "INFINITE_CARDINALITY": -1,
        "UNKNOWN_CARDINALITY": -2,
        "NumpyIterator": object,
        "experimental": lambda: _experimental_data(),
    },
)
_FILES = (
    "read_file write_file decode_csv decode_raw decode_base64 encode_base64 matching_files parse_example "
    "parse_single_example parse_sequence_example parse_single_sequence_example"
)
_PICTURES = (
    "decode_image decode_png decode_jpeg decode_bmp decode_gif encode_png encode_jpeg decode_and_crop_jpeg is_jpeg "
    "extract_jpeg_shape"
)
io = Namespace(
    "tf.io",
    {
        **hosted_names("kerax.data.io", f"{_FILES} {_PICTURES}"),
        **table(
            _io="parse_tensor serialize_tensor",
            _io_more="decode_compressed decode_json_example deserialize_many_sparse serialize_many_sparse "
            "serialize_sparse",
            _v1_producers="match_filenames_once",
            _v1_messages="write_graph",
            _writing="TFRecordWriter",
        ),
        **table(
            **{
                "kerax.data": "TFRecordOptions FixedLenFeature FixedLenSequenceFeature VarLenFeature SparseFeature "
                "RaggedFeature"
            }
        ),
        "gfile": lambda: gfile,
    },
)
gfile = _module(
    "io.gfile",
    _gfile="GFile copy exists get_registered_schemes glob isdir join listdir makedirs mkdir remove rename rmtree stat "
    "walk",
)
audio = Namespace("tf.audio", hosted_names("kerax.data.io", "decode_wav encode_wav"))
strings = Namespace(
    "tf.strings",
    {
        **hosted_names(
            "kerax.data.strings",
            "format length lower reduce_join regex_replace strip "
            "unicode_encode unicode_transcode unsorted_segment_join upper",
        ),
        **table(
            _strings="as_string bytes_split join ngrams regex_full_match split substr to_hash_bucket "
            "to_hash_bucket_fast to_hash_bucket_strong to_number unicode_decode unicode_decode_with_offsets "
            "unicode_script unicode_split unicode_split_with_offsets"
        ),
    },
)
image = Namespace(
    "tf.image",
    {
        **hosted_names(
            "kerax.data.image",
            "adjust_brightness adjust_contrast adjust_gamma adjust_hue adjust_jpeg_quality adjust_saturation "
            "central_crop "
            "convert_image_dtype crop_and_resize crop_to_bounding_box flip_left_right flip_up_down grayscale_to_rgb "
            "hsv_to_rgb "
            "pad_to_bounding_box per_image_standardization random_brightness random_contrast random_flip_left_right "
            "random_flip_up_down random_hue random_saturation resize_with_crop_or_pad resize_with_pad rgb_to_grayscale "
            "psnr ssim ssim_multiscale sobel_edges image_gradients total_variation "
            f"rgb_to_hsv rgb_to_yiq rgb_to_yuv rot90 transpose yiq_to_rgb yuv_to_rgb {_PICTURES}",
        ),
        **table(
            _image="ResizeMethod resize extract_patches "
            "draw_bounding_boxes stateless_random_brightness stateless_random_contrast "
            "stateless_random_saturation stateless_random_hue stateless_random_flip_left_right "
            "stateless_random_flip_up_down "
            "stateless_random_crop random_crop random_jpeg_quality",
            _image_boxes="combined_non_max_suppression generate_bounding_box_proposals non_max_suppression "
            "non_max_suppression_overlaps non_max_suppression_padded non_max_suppression_with_scores",
            _image_samples="extract_glimpse sample_distorted_bounding_box stateless_random_jpeg_quality "
            "stateless_sample_distorted_bounding_box",
        ),
    },
)
train = Namespace(
    "tf.train",
    {
        **table(
            **{
                "kerax.train": "checkpoints_iterator get_checkpoint_state CheckpointManager "
                "latest_checkpoint "
                "list_variables load_variable",
                "kerax.data": "Example Feature Features BytesList FloatList Int64List FeatureList FeatureLists "
                "SequenceExample",
                "_rare_services": "TrackableView",
                "_checkpoint_view": "CheckpointView load_checkpoint",
                "_checkpoints": "Checkpoint",
                "_train": "ExponentialMovingAverage Coordinator ClusterSpec ServerDef ClusterDef JobDef "
                "CheckpointOptions",
            }
        ),
        "experimental": lambda: _module("train.experimental", _train="PythonState"),
    },
)
_RUNNING = {
    "run_functions_eagerly": "kerax.config:run_functions_eagerly",
    "functions_run_eagerly": "kerax.config:functions_run_eagerly",
}
_SETTINGS = (
    "set_visible_devices=accepted set_logical_device_configuration=accepted get_logical_device_configuration=accepted "
    "get_visible_devices=list_physical_devices list_physical_devices list_logical_devices set_soft_device_placement "
    "get_soft_device_placement LogicalDeviceConfiguration PhysicalDevice LogicalDevice "
    "experimental_connect_to_cluster=accepted "
    "experimental_connect_to_host=accepted"
)
config = Namespace(
    "tf.config",
    {
        **table(_devices=_SETTINGS),
        **_RUNNING,
        "experimental_run_functions_eagerly": _RUNNING["run_functions_eagerly"],
        "experimental_functions_run_eagerly": _RUNNING["functions_run_eagerly"],
        "experimental": lambda: _config_experimental,
        "optimizer": lambda: Namespace(
            "tf.config.optimizer",
            {
                **table(_devices="get_jit set_jit get_experimental_options set_experimental_options"),
            },
        ),
        "threading": lambda: Namespace(
            "tf.config.threading",
            table(
                _devices="set_inter_op_parallelism_threads=accepted set_intra_op_parallelism_threads=accepted "
                "get_inter_op_parallelism_threads=zero get_intra_op_parallelism_threads=zero"
            ),
        ),
    },
)
_config_experimental = Namespace(
    "tf.config.experimental",
    table(
        _devices=f"{_SETTINGS} set_memory_growth get_memory_growth get_memory_info get_device_details "
        "VirtualDeviceConfiguration=LogicalDeviceConfiguration set_virtual_device_configuration=accepted "
        "enable_tensor_float_32_execution tensor_float_32_execution_enabled enable_op_determinism=accepted "
        "reset_memory_stats=accepted get_synchronous_execution=yes set_synchronous_execution=accepted "
        "get_memory_usage get_device_policy set_device_policy get_virtual_device_configuration=accepted "
        "ClusterDeviceFilters "
        "enable_mlir_bridge=accepted disable_mlir_bridge=accepted"
    ),
)
_STRATEGIES = (
    "MirroredStrategy MultiWorkerMirroredStrategy OneDeviceStrategy TPUStrategy Strategy ReduceOp InputContext "
    "ReplicaContext get_strategy DistributedDataset DistributedIterator DistributedValues StrategyExtended "
    "has_strategy in_cross_replica_context get_replica_context experimental_set_strategy"
)
distribute = Namespace(
    "tf.distribute",
    {
        **table(
            _distribute=_STRATEGIES,
            _distribute_options="CrossDeviceOps HierarchicalCopyAllReduce InputOptions InputReplicationMode "
            "NcclAllReduce ReductionToOneDevice RunOptions",
            _parameter_servers="ParameterServerStrategy",
        ),
        "coordinator": lambda: _module(
            "distribute.coordinator",
            _parameter_servers="ClusterCoordinator PerWorkerValue RemoteValue experimental_get_current_worker_index",
        ),
        "cluster_resolver": lambda: _module(
            "distribute.cluster_resolver",
            _cluster="ClusterResolver SimpleClusterResolver TFConfigClusterResolver UnionResolver=UnionClusterResolver",
            _cluster_systems="GCEClusterResolver KubernetesClusterResolver SlurmClusterResolver TPUClusterResolver",
        ),
        "experimental": lambda: Namespace(
            "tf.distribute.experimental",
            table(
                _distribute="MultiWorkerMirroredStrategy CentralStorageStrategy TPUStrategy",
                _distribute_options="CommunicationOptions CommunicationImplementation CollectiveCommunication "
                "CollectiveHints TerminationConfig ValueContext",
                _parameter_servers="ParameterServerStrategy",
                _preemption="PreemptionCheckpointHandler",
            )
            | {
                "coordinator": lambda: _module(
                    "distribute.experimental.coordinator",
                    _parameter_servers="ClusterCoordinator PerWorkerValues=PerWorkerValue RemoteValue",
                ),
                "partitioners": lambda: _module(
                    "distribute.experimental.partitioners",
                    _distribute_options="FixedShardsPartitioner MaxSizePartitioner MinSizePartitioner Partitioner",
                ),
            },
        ),
    },
)
_DEBUGGING = (
    "assert_all_finite assert_equal assert_greater assert_greater_equal assert_integer assert_less assert_less_equal "
    "assert_near assert_negative assert_non_negative assert_non_positive assert_none_equal assert_positive "
    "assert_proper_iterable assert_rank assert_rank_at_least assert_rank_in assert_same_float_dtype assert_scalar "
    "assert_shapes assert_type check_numerics is_numeric_tensor enable_check_numerics disable_check_numerics "
    "set_log_device_placement=accepted get_log_device_placement"
)
_TRACEBACKS = "enable_traceback_filtering disable_traceback_filtering is_traceback_filtering_enabled"
debugging = Namespace(
    "tf.debugging",
    table(_debugging=_DEBUGGING, _printing="Assert", **{"kerax.config": _TRACEBACKS})
    | {
        "experimental": lambda: _module(
            "debugging.experimental", _debugging="disable_dump_debug_info enable_dump_debug_info"
        )
    },
)
test = Namespace(
    "tf.test",
    table(
        _testing="TestCase Benchmark main compute_gradient",
        _rare_services="disable_with_predicate with_eager_op_as_function",
        _devices="is_gpu_available gpu_device_name is_built_with_cuda=no is_built_with_rocm=no "
        "is_built_with_gpu_support=no "
        "is_built_with_xla=yes",
    )
    | {"experimental": lambda: _module("test.experimental", _rare_services="sync_devices")},
)
summary = Namespace(
    "tf.summary",
    {
        **table(
            _summaries="SummaryWriter scalar histogram image audio text write trace_on trace_off trace_export graph "
            "should_record_summaries create_file_writer"
        ),
        **table(**{"kerax.summary": "create_noop_writer flush record_if"}),
        "experimental": lambda: Namespace(
            "tf.summary.experimental", table(_rare_services="summary_scope write_raw_pb"), "kerax.summary.experimental"
        ),
    },
)
sparse = _module(
    "sparse",
    _sparse="SparseTensor add concat expand_dims eye fill_empty_rows from_dense map_values reduce_max reduce_sum "
    "reorder reshape "
    "retain slice=slice_ softmax sparse_dense_matmul to_dense to_indicator transpose",
    _crossing="cross cross_hashed",
    _sparse_more="bincount mask maximum minimum reset_shape segment_mean segment_sqrt_n segment_sum split",
)
ragged = _module(
    "ragged",
    _ragged_ops="constant range=ragged_range map_flat_values boolean_mask stack row_splits_to_segment_ids "
    "segment_ids_to_row_splits",
    _crossing="cross_hashed=ragged_cross_hashed",
    _sparse_more="cross stack_dynamic_partitions",
)
sets = _module("sets", _sets="difference intersection union size=set_size")
lookup = Namespace(
    "tf.lookup",
    {
        **table(
            _lookup="KeyValueTensorInitializer StaticHashTable StaticVocabularyTable TextFileIndex TextFileInitializer"
        ),
        "experimental": lambda: _module("lookup.experimental", _lookup="DenseHashTable MutableHashTable"),
    },
)
signal = _module(
    "signal",
    _operations="fftnd ifftnd irfftnd rfftnd",
    _signal="dct fft fft2d fft3d fftshift frame hamming_window hann_window idct ifft ifft2d ifft3d ifftshift "
    "inverse_stft "
    "inverse_stft_window_fn irfft irfft2d irfft3d kaiser_window linear_to_mel_weight_matrix "
    "mfccs_from_log_mel_spectrograms "
    "overlap_and_add kaiser_bessel_derived_window mdct inverse_mdct rfft rfft2d rfft3d stft vorbis_window",
)
autodiff = _module("autodiff", _gradients="GradientTape ForwardAccumulator")
autograph = Namespace(
    "tf.autograph",
    {
        **table(_tracing="to_code to_graph", _devices="set_verbosity=accepted", _printing="trace=print"),
        "experimental": lambda: _module(
            "autograph.experimental", _tracing="do_not_convert set_loop_options", _compiling="Feature"
        ),
    },
)
_GRAPH_DEF_VERSION = 1645  # of the graphs of TensorFlow 2.15, which kerax neither reads nor writes
version = Namespace(
    "tf.version",
    {
        "VERSION": "2.15.1",
        "GIT_VERSION": "kerax",
        "COMPILER_VERSION": "jax",
        "GRAPH_DEF_VERSION": _GRAPH_DEF_VERSION,
        "GRAPH_DEF_VERSION_MIN_CONSUMER": 0,
        "GRAPH_DEF_VERSION_MIN_PRODUCER": 0,
    },
)
feature_column = Namespace("tf.feature_column", {}, "kerax.feature_column")


class _Estimators(Namespace):
    """``tf.estimator``: its classes learn to speak in tensors when the first is asked for."""

    def _from_source(self, name: str) -> Any:
        from kerax.compat.tensorflow._hooks import install_estimators

        install_estimators()
        return super()._from_source(name)


estimator = _Estimators(
    "tf.estimator",
    {
        "export": lambda: _Estimators("tf.estimator.export", {}, "kerax.estimators.export"),
        "experimental": lambda: _Estimators("tf.estimator.experimental", {}, "kerax.estimators.experimental"),
    },
    "kerax.estimators",
)
profiler = Namespace(
    "tf.profiler",
    {
        "experimental": lambda: Namespace(
            "tf.profiler.experimental",
            {
                **table(_profiler="start stop Profile Trace server ProfilerOptions"),
                "client": lambda: Namespace("tf.profiler.experimental.client", {}),
            },
        )
    },
)
initializers = Namespace("tf.initializers", {}, "kerax.initializers")
types = Namespace(
    "tf.types",
    {
        "experimental": lambda: _module(
            "types.experimental",
            _tracing="ConcreteFunction GenericFunction=Function PolymorphicFunction=Function",
            _types="AtomicFunction Callable FunctionType SupportsTracingProtocol TensorLike TraceType",
            _types_namespaces="distributed",
        )
    },
)
sysconfig = Namespace(
    "tf.sysconfig",
    {
        "get_build_info": lambda: lambda: {"is_cuda_build": False, "is_rocm_build": False},
        "get_compile_flags": lambda: list,  # kerax has nothing that C++ could be compiled against
        "get_link_flags": lambda: list,
        "get_include": lambda: str,
        "get_lib": lambda: str,
        "CXX11_ABI_FLAG": 1,
        "CXX_VERSION": 201703,
        "MONOLITHIC_BUILD": 0,
    },
)
saved_model = Namespace(
    "tf.saved_model",
    {
        **table(
            _saved_model="save load contains_saved_model DEFAULT_SERVING_SIGNATURE_DEF_KEY SERVING TRAINING",
            _saved_model_names="Asset LoadOptions SaveOptions",
        ),
        **CONSTANTS,
        "experimental": lambda: _module(
            "saved_model.experimental",
            _saved_model_names="Fingerprint TrackableResource VariablePolicy",
            _rare_services="read_fingerprint",
        ),
    },
)
queue = _module("queue", _queue="FIFOQueue PaddingFIFOQueue PriorityQueue QueueBase RandomShuffleQueue")
_FAKE = " ".join(
    f"fake_quant_with_min_max_{kind}{gradient}"
    for kind in ("args", "vars", "vars_per_channel")
    for gradient in ("", "_gradient")
)
quantization = _module(
    "quantization",
    _quantization=f"{_FAKE} quantize_and_dequantize quantize_and_dequantize_v2",
    _quantized="dequantize quantize quantized_concat",
)
xla = Namespace("tf.xla", {"experimental": lambda: _module("xla.experimental", _compiling="compile jit_scope")})
MODULES: dict[str, Any] = {
    "audio": audio,
    "autodiff": autodiff,
    "autograph": autograph,
    "config": config,
    "data": data,
    "debugging": debugging,
    "distribute": distribute,
    "errors": errors,
    "estimator": estimator,
    "feature_column": feature_column,
    "image": image,
    "initializers": initializers,
    "io": io,
    "lookup": lookup,
    "profiler": profiler,
    "quantization": quantization,
    "queue": queue,
    "ragged": ragged,
    "saved_model": saved_model,
    "sets": sets,
    "signal": signal,
    "sparse": sparse,
    "strings": strings,
    "summary": summary,
    "sysconfig": sysconfig,
    "test": test,
    "train": train,
    "types": types,
    "version": version,
    "xla": xla,
}
