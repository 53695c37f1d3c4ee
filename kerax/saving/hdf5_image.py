"""An HDF5 file before it is written: libhdf5 lays out its structures in memory, the large arrays stay where they are.

libhdf5 is told where arrays shall stand but not what is in them. The file is then written from its first byte to its
last in one go, by Python: an array is copied once, a checksum sees each byte while it is in the processor's cache, and
a full disk is an ordinary error, where libhdf5 might end the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

_PAGE = 1 << 16  # bytes
LARGE = 1 << 16  # bytes from which on an array is kept out of libhdf5's hands
_PLAIN = "biufc"  # kinds of numbers whose bytes are stored as they are


class Hdf5Image:
    """What ``h5py.File`` writes to in place of a file.

    Example:
      >>> import h5py, numpy as np
      >>> from kerax.saving.hdf5_image import Hdf5Image
      >>> image = Hdf5Image()
      >>> with h5py.File(image, "w") as file:
      ...     _ = image.add(file, "w", np.ones((256, 256), np.float32))
      >>> len(b"".join(bytes(piece) for piece in image.pieces())) == image.size > 2**18
      True
    """

    def __init__(self) -> None:
        self.size = self._place = 0
        self._pages: dict[int, bytearray] = {}
        self._arrays: list[tuple[int, Any]] = []

    def add(self, group: Any, name: str, array: Any) -> bool:
        """Creates a dataset for an array, if it is large and of plain numbers.

        Args:
          group: of an ``h5py.File`` that writes to this image.
          name: the dataset's.
          array: NumPy or JAX array. It is kept, and copied from its device when the file is written.

        Returns:
          Whether it did.
        """
        import h5py

        dtype = np.dtype(array.dtype)
        if dtype.kind not in _PLAIN or array.size * dtype.itemsize < LARGE:
            return False
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_layout(h5py.h5d.CONTIGUOUS)
        plan.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        plan.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        dataset = group.create_dataset(name, shape=array.shape, dtype=dtype, dcpl=plan)
        self._arrays.append((dataset.id.get_offset(), array))
        return True

    def pieces(self) -> Iterator[memoryview]:
        """The bytes of the file in order."""
        place = 0
        for start, array in sorted(self._arrays, key=lambda pair: pair[0]):
            yield from self._between(place, start)
            values = np.ascontiguousarray(jax.device_get(array) if isinstance(array, jax.Array) else array)
            yield memoryview(values.reshape(-1).view(np.uint8))
            place = start + values.nbytes
        yield from self._between(place, self.size)

    def _between(self, start: int, end: int) -> Iterator[memoryview]:
        while start < end:
            number, first = divmod(start, _PAGE)
            last = min(_PAGE, first + end - start)
            yield memoryview(self._pages.get(number) or bytes(_PAGE))[first:last]
            start += last - first

    # ---- what h5py asks of a file -----------------------------------------------------------------------------------
    def seek(self, place: int, whence: int = 0) -> int:
        """Moves to a place."""
        self._place = place + (0, self._place, self.size)[whence]
        return self._place

    def tell(self) -> int:
        """Where it is."""
        return self._place

    def write(self, data: Any) -> int:
        """Takes bytes."""
        view = memoryview(data).cast("B")
        done = 0
        while done < len(view):
            number, first = divmod(self._place + done, _PAGE)
            part = view[done : done + _PAGE - first]
            self._pages.setdefault(number, bytearray(_PAGE))[first : first + len(part)] = part
            done += len(part)
        self._place += done
        self.size = max(self.size, self._place)
        return done

    def readinto(self, target: Any) -> int:
        """Gives back what was written; zeros where nothing was."""
        view = memoryview(target).cast("B")
        done = 0
        for piece in self._between(self._place, min(self._place + len(view), self.size)):
            view[done : done + len(piece)] = piece
            done += len(piece)
        self._place += done
        return done

    def read(self, size: int) -> bytes:
        """``readinto`` for those who ask so."""
        data = bytearray(size)
        return bytes(data[: self.readinto(data)])

    def truncate(self, size: int) -> int:
        """Sets the size; libhdf5 does at the end."""
        self.size = size
        return size

    def flush(self) -> None:
        """Nothing is held back."""
