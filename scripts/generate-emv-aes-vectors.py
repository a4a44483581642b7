#!/usr/bin/env python3
"""Generates vectors/generated/emv-aes.json: random EMV cases under AES.

    python3 -m venv /tmp/vectors && /tmp/vectors/bin/pip install cryptography==50.0.2
    /tmp/vectors/bin/python scripts/generate-emv-aes-vectors.py

No other implementation of EMV under AES is published with values, and pyemv has none. So the cases are
composed here from the steps of EMV 4.4 Book 2 (8.1, 8.2, 9, A1) and the AES and CMAC of PyPI
cryptography: another language, another cipher, the same reading of the text. Same version and seed give
the same file.
"""

import json
import pathlib
import random
from importlib import metadata

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

SEED = 20261122
CASES = 1000
OUT = pathlib.Path(__file__).resolve().parent.parent / "vectors" / "generated" / "emv-aes.json"
rng = random.Random(SEED)


def digits(low, high=None):
    return "".join(rng.choice("0123456789") for _ in range(rng.randint(low, high or low)))


def hexs(data):
    return data.hex().upper()


def key():
    return rng.randbytes(rng.choice([16, 24, 32]))


def ecb(k, data):
    encryptor = Cipher(algorithms.AES(k), modes.ECB()).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def cbc(k, data):
    encryptor = Cipher(algorithms.AES(k), modes.CBC(bytes(16))).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def mac(k, data, length=8):
    calculator = CMAC(algorithms.AES(k))
    calculator.update(data)
    return calculator.finalize()[:length]


def option_c(imk, pan, psn):
    block = bytes.fromhex((pan + psn).rjust(32, "0"))
    return (ecb(imk, block) + ecb(imk, bytes(b ^ 255 for b in block)))[: len(imk)]


def session_key(mk, diversifier):
    if len(mk) == 16:
        return ecb(mk, diversifier)
    halves = [diversifier[:2] + bytes([marker]) + diversifier[3:] for marker in (0xF0, 0x0F)]
    return (ecb(mk, halves[0]) + ecb(mk, halves[1]))[: len(mk)]


def session_of_counter(mk, atc):
    return session_key(mk, atc + bytes(14))


def pad(data):
    padded = data + b"\x80"
    return padded + bytes(-len(padded) % 16)


def table(ident, op, columns, make, **constants):
    return {
        "id": ident,
        "op": op,
        "constants": {"cipher": "aes", **constants},
        "columns": columns,
        "rows": [make() for _ in range(CASES)],
    }


def card():
    return key(), digits(12, 19), digits(2)


def master():
    imk, pan, psn = card()
    return [hexs(imk), pan, psn, hexs(option_c(imk, pan, psn))]


def session():
    mk, diversifier = key(), rng.randbytes(16)
    return [hexs(mk), hexs(diversifier), hexs(session_key(mk, diversifier))]


def request():
    imk, pan, psn = card()
    atc, data = rng.randbytes(2), rng.randbytes(rng.randint(1, 64))
    sk = session_of_counter(option_c(imk, pan, psn), atc)
    return [hexs(imk), pan, psn, hexs(atc), hexs(data)], sk, mac(sk, data)


def method_1():
    inputs, sk, arqc = request()
    arc = rng.randbytes(2)
    mixed = bytes(a ^ b for a, b in zip(arqc, arc + bytes(6)))
    return [*inputs, hexs(arc), hexs(arqc), hexs(ecb(sk, mixed + bytes(8))[:8])]


def method_2():
    inputs, sk, arqc = request()
    csu, extra = rng.randbytes(4), rng.randbytes(rng.randint(0, 8))
    return [*inputs, hexs(csu), hexs(extra), hexs(arqc), hexs(mac(sk, arqc + csu + extra, 4))]


def script(encryption):
    def make():
        smi, pan, psn = card()
        smc, pin, cryptogram = key(), digits(4, 12), rng.randbytes(8)
        header, prefix = rng.randbytes(5), rng.randbytes(2) + cryptogram
        block = bytes.fromhex(f"2{len(pin):X}{pin}".ljust(16, "F"))
        diversifier = cryptogram + bytes(8)
        data = cbc(session_key(option_c(smc, pan, psn), diversifier), pad(block))
        value = mac(session_key(option_c(smi, pan, psn), diversifier), header + prefix + data)
        inputs = [hexs(smi), hexs(smc), pan, psn, pin, hexs(cryptogram), hexs(header), hexs(prefix)]
        return [*inputs, hexs(block), hexs(data), hexs(value)]

    columns = ["imkSmi", "imkSmc", "pan", "psn", "pin", "cryptogram", "commandHeader", "macPrefix",
               "=pinBlock", "=commandData", "=mac"]
    return table(f"script-{encryption}", "emv-script", columns, make, masterKeyDerivation="C",
                 sessionKey="common-cryptogram", encryption=encryption, pinFormat="iso2")


def main():
    start = ["imk", "pan", "psn", "atc", "data"]
    shared = {"masterKeyDerivation": "C", "sessionKey": "common-atc", "padding": "none",
              "arpcKey": "session"}
    tables = [
        table("option-c", "emv-icc-master-key", ["imk", "pan", "psn", "=key"], master,
              masterKeyDerivation="C"),
        table("common", "emv-session-key", ["iccMk", "diversifier", "=sessionKey"], session,
              sessionKey="common"),
        table("arpc-1", "emv-cryptogram", [*start, "arc", "=arqc", "=arpc"], method_1,
              arpcMethod=1, **shared),
        table("arpc-2", "emv-cryptogram", [*start, "csu", "proprietaryData", "=arqc", "=arpc"],
              method_2, arpcMethod=2, **shared),
        script("emv"),
        script("mastercard"),
    ]
    head = {
        "source": "scripts/generate-emv-aes-vectors.py, "
        f"seed {SEED}, composed from cryptography {metadata.version('cryptography')}",
        "notes": "EMV under AES: card keys by option C, common session keys, cryptograms and their "
        "answers, scripts. Composed from the text of EMV 4.4 Book 2: no other implementation has values.",
    }
    lines = [" " + json.dumps(k) + ": " + json.dumps(v) + "," for k, v in head.items()]
    parts = []
    for one in tables:
        rows = ",\n".join("   " + json.dumps(row, separators=(",", ":")) for row in one.pop("rows"))
        parts.append("  " + json.dumps(one)[:-1] + ', "rows": [\n' + rows + "\n  ]}")
    OUT.write_text("{\n" + "\n".join(lines) + '\n "tables": [\n' + ",\n".join(parts) + "\n ]\n}\n")


if __name__ == "__main__":
    main()
