"""The messages that programs of TensorFlow 1 make or read: names, types and numbers of their fields.

Source: tensorflow/core/framework, tensorflow/core/protobuf and tensorflow/core/util/event.proto, version 2.15.
"""

from __future__ import annotations

from kerax.compat.tensorflow._message import define

ENUMERATIONS = """
DataType DT_INVALID=0 DT_FLOAT=1 DT_DOUBLE=2 DT_INT32=3 DT_UINT8=4 DT_INT16=5 DT_INT8=6 DT_STRING=7 DT_COMPLEX64=8
  DT_INT64=9 DT_BOOL=10 DT_QINT8=11 DT_QUINT8=12 DT_QINT32=13 DT_BFLOAT16=14 DT_QINT16=15 DT_QUINT16=16 DT_UINT16=17
  DT_COMPLEX128=18 DT_HALF=19 DT_RESOURCE=20 DT_VARIANT=21 DT_UINT32=22 DT_UINT64=23 DT_FLOAT8_E5M2=24
  DT_FLOAT8_E4M3FN=25 DT_INT4=29 DT_UINT4=30
SaverDef.CheckpointFormatVersion LEGACY=0 V1=1 V2=2
OptimizerOptions.Level L1=0 L0=-1
OptimizerOptions.GlobalJitLevel DEFAULT=0 OFF=-1 ON_1=1 ON_2=2
RewriterConfig.CpuLayout NO_CONVERSION_ON_CPU=0 NCHW_TO_NHWC=1 NHWC_TO_NCHW=2
RewriterConfig.Toggle DEFAULT=0 ON=1 OFF=2 AGGRESSIVE=3 EXPERIMENTAL_MLIR=4 EXPERIMENTAL_BOTH=5
RewriterConfig.NumIterationsType DEFAULT_NUM_ITERS=0 ONE=1 TWO=2
RewriterConfig.MemOptType DEFAULT_MEM_OPT=0 NO_MEM_OPT=1 MANUAL=2 SWAPPING_HEURISTICS=4 RECOMPUTATION_HEURISTICS=5
  SCHEDULING_HEURISTICS=6 HEURISTICS=3
LogMessage.Level UNKNOWN=0 DEBUGGING=10 INFO=20 WARN=30 ERROR=40 FATAL=50
SessionLog.SessionStatus STATUS_UNSPECIFIED=0 START=1 STOP=2 CHECKPOINT=3
DataClass DATA_CLASS_UNKNOWN=0 DATA_CLASS_SCALAR=1 DATA_CLASS_TENSOR=2 DATA_CLASS_BLOB_SEQUENCE=3
ConfigProto.Experimental.MlirBridgeRollout MLIR_BRIDGE_ROLLOUT_UNSPECIFIED=0 MLIR_BRIDGE_ROLLOUT_ENABLED=1
  MLIR_BRIDGE_ROLLOUT_DISABLED=2
RunOptions.TraceLevel NO_TRACE=0 SOFTWARE_TRACE=1 HARDWARE_TRACE=2 FULL_TRACE=3
"""

MESSAGES = """
AttrValue s=bytes|value:2 i=int64|value:3 f=float|value:4 b=bool|value:5 type=enum.DataType|value:6
  shape=TensorShapeProto|value:7 tensor=TensorProto|value:8 list=AttrValue.ListValue|value:1
  func=NameAttrList|value:10 placeholder=string|value:9
TensorShapeProto dim=[TensorShapeProto.Dim]:2 unknown_rank=bool:3
TensorProto dtype=enum.DataType:1 tensor_shape=TensorShapeProto:2 version_number=int32:3 tensor_content=bytes:4
  half_val=[int32]:13 float_val=[float]:5 double_val=[double]:6 int_val=[int32]:7 string_val=[bytes]:8
  scomplex_val=[float]:9 int64_val=[int64]:10 bool_val=[bool]:11 dcomplex_val=[double]:12 uint32_val=[uint32]:16
  uint64_val=[uint64]:17 float8_val=bytes:18
NameAttrList name=string:1 attr={string,AttrValue}:2
GraphDef node=[NodeDef]:1 versions=VersionDef:4 version=int32:3 library=FunctionDefLibrary:2
NodeDef name=string:1 op=string:2 input=[string]:3 device=string:4 attr={string,AttrValue}:5
VersionDef producer=int32:1 min_consumer=int32:2 bad_consumers=[int32]:3
FunctionDefLibrary function=[FunctionDef]:1
FunctionDef node_def=[NodeDef]:3 ret={string,string}:4 attr={string,AttrValue}:5
MetaGraphDef meta_info_def=MetaGraphDef.MetaInfoDef:1 graph_def=GraphDef:2 saver_def=SaverDef:3
  collection_def={string,CollectionDef}:4 signature_def={string,SignatureDef}:5 asset_file_def=[AssetFileDef]:6
SaverDef filename_tensor_name=string:1 save_tensor_name=string:2 restore_op_name=string:3 max_to_keep=int32:4
  sharded=bool:5 keep_checkpoint_every_n_hours=float:6 version=enum.SaverDef.CheckpointFormatVersion:7
CollectionDef node_list=CollectionDef.NodeList|kind:1 bytes_list=CollectionDef.BytesList|kind:2
  int64_list=CollectionDef.Int64List|kind:3 float_list=CollectionDef.FloatList|kind:4
SignatureDef inputs={string,TensorInfo}:1 outputs={string,TensorInfo}:2 method_name=string:3
  defaults={string,TensorProto}:4
TensorInfo name=string|encoding:1 coo_sparse=TensorInfo.CooSparse|encoding:4 dtype=enum.DataType:2
  tensor_shape=TensorShapeProto:3
AssetFileDef tensor_info=TensorInfo:1 filename=string:2
GPUOptions per_process_gpu_memory_fraction=double:1 allow_growth=bool:4 allocator_type=string:2
  deferred_deletion_bytes=int64:3 visible_device_list=string:5 polling_active_delay_usecs=int32:6
  polling_inactive_delay_msecs=int32:7 force_gpu_compatible=bool:8 experimental=GPUOptions.Experimental:9
GraphOptions enable_recv_scheduling=bool:2 optimizer_options=OptimizerOptions:3 build_cost_model=int64:4
  build_cost_model_after=int64:9 infer_shapes=bool:5 place_pruned_graph=bool:6 enable_bfloat16_sendrecv=bool:7
  timeline_step=int32:8 rewrite_options=RewriterConfig:10
OptimizerOptions do_common_subexpression_elimination=bool:1 do_constant_folding=bool:2
  max_folded_constant_in_bytes=int64:6 do_function_inlining=bool:4 opt_level=enum.OptimizerOptions.Level:3
  global_jit_level=enum.OptimizerOptions.GlobalJitLevel:5 cpu_global_jit=bool:7
RewriterConfig cpu_layout_conversion=enum.RewriterConfig.CpuLayout:50 layout_optimizer=enum.RewriterConfig.Toggle:1
  constant_folding=enum.RewriterConfig.Toggle:3 shape_optimization=enum.RewriterConfig.Toggle:13
  remapping=enum.RewriterConfig.Toggle:14 common_subgraph_elimination=enum.RewriterConfig.Toggle:24
  arithmetic_optimization=enum.RewriterConfig.Toggle:7 dependency_optimization=enum.RewriterConfig.Toggle:8
  loop_optimization=enum.RewriterConfig.Toggle:9 function_optimization=enum.RewriterConfig.Toggle:10
  debug_stripper=enum.RewriterConfig.Toggle:11 disable_model_pruning=bool:2
  scoped_allocator_optimization=enum.RewriterConfig.Toggle:15 pin_to_host_optimization=enum.RewriterConfig.Toggle:18
  implementation_selector=enum.RewriterConfig.Toggle:22 auto_mixed_precision=enum.RewriterConfig.Toggle:23
  auto_mixed_precision_mkl=enum.RewriterConfig.Toggle:25
  auto_mixed_precision_onednn_bfloat16=enum.RewriterConfig.Toggle:31
  auto_mixed_precision_cpu=enum.RewriterConfig.Toggle:29 disable_meta_optimizer=bool:19 disable_tfg_optimizer=bool:32
  use_plugin_optimizers=enum.RewriterConfig.Toggle:28
  experimental_conditional_code_motion=enum.RewriterConfig.Toggle:30
  meta_optimizer_iterations=enum.RewriterConfig.NumIterationsType:12 min_graph_nodes=int32:17
  experimental_disable_compressed_tensor_optimization=bool:26
  experimental_disable_folding_quantization_emulation=bool:27 memory_optimization=enum.RewriterConfig.MemOptType:4
  memory_optimizer_target_node_name_scope=string:6 meta_optimizer_timeout_ms=int64:20 fail_on_optimizer_errors=bool:21
  optimizers=[string]:100
HistogramProto min=double:1 max=double:2 num=double:3 sum=double:4 sum_squares=double:5 bucket_limit=[double]:6
  bucket=[double]:7
LogMessage level=enum.LogMessage.Level:1 message=string:2
SessionLog status=enum.SessionLog.SessionStatus:1 checkpoint_path=string:2 msg=string:3
SummaryMetadata plugin_data=SummaryMetadata.PluginData:1 display_name=string:2 summary_description=string:3
  data_class=enum.DataClass:4
ConfigProto device_count={string,int32}:1 intra_op_parallelism_threads=int32:2 inter_op_parallelism_threads=int32:5
  use_per_session_threads=bool:9 session_inter_op_thread_pool=[ThreadPoolOptionProto]:12 placement_period=int32:3
  device_filters=[string]:4 gpu_options=GPUOptions:6 allow_soft_placement=bool:7 log_device_placement=bool:8
  graph_options=GraphOptions:10 operation_timeout_in_ms=int64:11 cluster_def=ClusterDef:14
  isolate_session_state=bool:15 share_cluster_devices_in_session=bool:17 experimental=ConfigProto.Experimental:16
ThreadPoolOptionProto num_threads=int32:1 global_name=string:2
ClusterDef job=[JobDef]:1
JobDef name=string:1 tasks={int32,string}:2
SessionMetadata name=string:1 version=int64:2
RunMetadata step_stats=StepStats:1 partition_graphs=[GraphDef]:3 session_metadata=SessionMetadata:5
StepStats dev_stats=[DeviceStepStats]:1
DeviceStepStats device=string:1 node_stats=[NodeExecStats]:2 thread_names={uint32,string}:3
NodeExecStats node_name=string:1 all_start_micros=int64:2 op_start_rel_micros=int64:3 op_end_rel_micros=int64:4
  all_end_rel_micros=int64:5 timeline_label=string:8 scheduled_micros=int64:9 thread_id=uint32:10
  all_start_nanos=int64:13 op_start_rel_nanos=int64:14 op_end_rel_nanos=int64:15 all_end_rel_nanos=int64:16
  scheduled_nanos=int64:17
RunOptions trace_level=enum.RunOptions.TraceLevel:1 timeout_in_ms=int64:2 inter_op_thread_pool=int32:3
  output_partition_graphs=bool:5 report_tensor_allocations_upon_oom=bool:7 experimental=RunOptions.Experimental:8
Event wall_time=double:1 step=int64:2 file_version=string|what:3 graph_def=bytes|what:4 summary=Summary|what:5
  log_message=LogMessage|what:6 session_log=SessionLog|what:7 tagged_run_metadata=TaggedRunMetadata|what:8
  meta_graph_def=bytes|what:9 source_metadata=SourceMetadata:10
Summary value=[Summary.Value]:1
TaggedRunMetadata tag=string:1 run_metadata=bytes:2
SourceMetadata writer=string:1
SummaryDescription type_hint=string:1
TensorShapeProto.Dim size=int64:1 name=string:2
AttrValue.ListValue s=[bytes]:2 i=[int64]:3 f=[float]:4 b=[bool]:5 type=[enum.DataType]:6 shape=[TensorShapeProto]:7
  tensor=[TensorProto]:8 func=[NameAttrList]:9
MetaGraphDef.MetaInfoDef meta_graph_version=string:1 tags=[string]:4 tensorflow_version=string:5
  tensorflow_git_version=string:6 stripped_default_attrs=bool:7 function_aliases={string,string}:8
CollectionDef.NodeList value=[string]:1
CollectionDef.BytesList value=[bytes]:1
CollectionDef.Int64List value=[int64]:1
CollectionDef.FloatList value=[float]:1
TensorInfo.CooSparse values_tensor_name=string:1 indices_tensor_name=string:2 dense_shape_tensor_name=string:3
GPUOptions.Experimental virtual_devices=[GPUOptions.Experimental.VirtualDevices]:1
  num_virtual_devices_per_gpu=int32:15 use_unified_memory=bool:2 num_dev_to_dev_copy_streams=int32:3
  collective_ring_order=string:4 timestamped_allocator=bool:5 kernel_tracker_max_interval=int32:7
  kernel_tracker_max_bytes=int32:8 kernel_tracker_max_pending=int32:9 internal_fragmentation_fraction=double:10
  use_cuda_malloc_async=bool:11 disallow_retry_on_allocation_failure=bool:12 gpu_host_mem_limit_in_mb=float:13
  gpu_host_mem_disallow_growth=bool:14 gpu_system_memory_size_in_mb=int32:16
SummaryMetadata.PluginData plugin_name=string:1 content=bytes:2
ConfigProto.Experimental collective_group_leader=string:1 executor_type=string:3 recv_buf_max_chunk=int32:4
  use_numa_affinity=bool:5 collective_deterministic_sequential_execution=bool:6 collective_nccl=bool:7
  share_session_state_in_clusterspec_propagation=bool:8 disable_thread_spinning=bool:9
  share_cluster_devices_in_session=bool:10 session_metadata=SessionMetadata:11 optimize_for_static_graph=bool:12
  enable_mlir_bridge=bool:13 mlir_bridge_rollout=enum.ConfigProto.Experimental.MlirBridgeRollout:17
  enable_mlir_graph_optimization=bool:16 disable_output_partition_graphs=bool:14 xla_fusion_autotuner_thresh=int64:15
  use_tfrt=bool:18 disable_functional_ops_lowering=bool:21 xla_prefer_single_graph_cluster=bool:22
  disable_optimize_for_static_graph=bool:24 disable_eager_executor_streaming_enqueue=bool:26
RunOptions.Experimental collective_graph_key=int64:1 use_run_handler_pool=bool:2
Summary.Value node_name=string:7 tag=string:1 metadata=SummaryMetadata:9 simple_value=float|value:2
  obsolete_old_style_histogram=bytes|value:3 image=Summary.Image|value:4 histo=HistogramProto|value:5
  audio=Summary.Audio|value:6 tensor=TensorProto|value:8
Summary.Image height=int32:1 width=int32:2 colorspace=int32:3 encoded_image_string=bytes:4
Summary.Audio sample_rate=float:1 num_channels=int64:2 length_frames=int64:3 encoded_audio_string=bytes:4
  content_type=string:5
GPUOptions.Experimental.VirtualDevices memory_limit_mb=[float]:1 priority=[int32]:2 device_ordinal=[int32]:3
"""

define(MESSAGES, ENUMERATIONS)
