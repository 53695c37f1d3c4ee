"""Reading HDF5 files whose bytes nobody vouches for, in Python alone: no pointer of a file is followed unchecked.

Source of the format: The HDF Group, HDF5 File Format Specification Version 3.0, whose section names the modules cite.
"""

from kerax.saving.hdf5.file import Hdf5File, Hdf5Object

__all__ = ["Hdf5File", "Hdf5Object"]
