"""psec draws padding and fill by itself: here it draws them from the seed, so that a run repeats."""

import psec.pinblock
import psec.tr31

from common import rng


class SeededSecrets:
    """Stands in for `secrets` and `os.urandom` inside psec, so that a run can be repeated."""

    choice = staticmethod(rng.choice)


def urandom(length):
    return rng.randbytes(length)


psec.pinblock._secrets = SeededSecrets
psec.pinblock._urandom = urandom
psec.tr31._urandom = urandom
