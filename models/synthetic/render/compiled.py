"""How inner loops are compiled."""

import numba

# Without numba's reference counts ("_nrt"): every row of an array that a loop looks at costs two atomic operations, in
# the shading's loops two thirds of all time. Such functions must not make arrays: their callers hand in space.
# numba's types do not list the option.
compiled = numba.njit(cache=True, fastmath=True, _nrt=False)  # type: ignore[call-overload]
inlined = numba.njit(cache=True, fastmath=True, _nrt=False, inline="always")  # type: ignore[call-overload]
