"""Array type aliases of the sketch engine, named for what they hold.

OpenCV's stubs give no element types, so neither do these aliases; the comments do.
"""

from typing import Any, TypeAlias

from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Image: TypeAlias = NDArray[Any]  # uint8, height x width (x channels)
Mask: TypeAlias = NDArray[Any]  # bool, height x width
Floats: TypeAlias = NDArray[Any]  # float32
Points: TypeAlias = NDArray[Any]  # float32, n x 2: x, y
Integers: TypeAlias = NDArray[Any]  # int32
