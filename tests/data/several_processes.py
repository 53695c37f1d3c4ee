"""One of several processes of a program: reads its part of the data, prints what it saw. Run by test_processes.py."""

import json
import sys

import jax
import numpy as np

port, count, place, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
jax.distributed.initialize(f"127.0.0.1:{port}", count, place)

from kerax import data  # noqa: E402

assert (jax.process_count(), jax.process_index()) == (count, place)
seen = {}
files = data.Dataset.list_files(f"{folder}/*", shuffle=False)
for policy in ("FILE", "DATA", "OFF"):
    options = data.Options()
    options.experimental_distribute.auto_shard_policy = data.AutoShardPolicy[policy]
    lines = data.TextLineDataset(sorted(file.decode() for file in files)).with_options(options)
    seen[policy] = [line.decode() for line in lines.shard_by_process()]
seen["AUTO"] = [line.decode() for line in data.TextLineDataset(sorted(f.decode() for f in files)).shard_by_process()]
shuffled = data.Dataset.range(24).shuffle(24, 3, reshuffle_each_iteration=False).shard_by_process().batch(3)
seen["shuffled"] = [int(x) for batch in shuffled for x in batch]
mesh = jax.sharding.Mesh(np.array(jax.devices()), ("batch",))
rows = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("batch"))
batches = list(shuffled.map(lambda x: (x.astype("float32"), str(x[0]))).prefetch_to_device(rows))
seen["shapes"] = [batch.shape for batch, text in batches]
seen["here"] = [np.asarray(shard.data).tolist() for batch, _ in batches for shard in batch.addressable_shards]
iterator = iter(shuffled.prefetch_to_device(rows))
next(iterator), next(iterator)
state = iterator.state_bytes()
rest = [batch.addressable_shards[0].data.tolist() for batch in iterator]
iterator.restore(state)
assert rest == [batch.addressable_shards[0].data.tolist() for batch in iterator] and len(rest) == 2
print(json.dumps(seen))
