"""What the generators share: random inputs from one seed, tables, and OpenSSL's ciphers.

The numbers of a file depend on the files before it, unless its generator starts with `start_again`.
"""

import json
import pathlib
import random
import sys
import warnings
from importlib import metadata

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import cmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

warnings.simplefilter("ignore")  # two-key triple DES is deprecated, and what payments use

SEED = 20261121
CASES = 1000
SECOND = "a second implementation of ours, not another project's, over"
OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "vectors/generated")
rng = random.Random(SEED)


def start_again():
    rng.seed(SEED)


def digits(low, high=None):
    return "".join(rng.choice("0123456789") for _ in range(rng.randint(low, high or low)))


def hexs(data):
    return data.hex().upper()


def key(*lengths):
    return rng.randbytes(rng.choice(lengths))


def write(name, answered_by, notes, tables, by="answered by", seed=SEED):
    versions = ", ".join(f"{p} {metadata.version(p)}" for p in answered_by)
    head = {
        "source": f"scripts/vectors/python, seed {seed}, {by} {versions}",
        "notes": notes,
    }
    lines = [" " + json.dumps(k) + ": " + json.dumps(v) + "," for k, v in head.items()]
    parts = []
    for table in tables:
        rows = ",\n".join("   " + json.dumps(row, separators=(",", ":")) for row in table.pop("rows"))
        parts.append("  " + json.dumps(table)[:-1] + ', "rows": [\n' + rows + "\n  ]}")
    text = "{\n" + "\n".join(lines) + '\n "tables": [\n' + ",\n".join(parts) + "\n ]\n}\n"
    (OUT / f"{name}.json").write_text(text)


def table(ident, op, columns, make, cases=CASES, **constants):
    return {
        "id": ident,
        "op": op,
        "constants": constants,
        "columns": columns,
        "rows": [make() for _ in range(cases)],
    }


def des(k):
    """A triple DES cipher of 8, 16 or 24 bytes of key."""
    return TripleDES(k * 3 if len(k) == 8 else k + k[:8] if len(k) == 16 else k)


def ecb(cipher, data):
    encryptor = Cipher(cipher, modes.ECB()).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def cbc(cipher, iv, data):
    encryptor = Cipher(cipher, modes.CBC(iv)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def cmac_of(cipher, data):
    mac = cmac.CMAC(cipher)
    mac.update(data)
    return mac.finalize()
