#!/usr/bin/env python3
"""Generates vectors/generated/*.json: random cases answered by implementations that are not ours.

    python3 -m venv /tmp/vectors && /tmp/vectors/bin/pip install psec==1.3.0 pyemv==1.5.0 pydukpt==0.1.0
    /tmp/vectors/bin/python scripts/generate-vectors.py

Same versions and seed give the same files. What answers what:

    psec      PIN blocks (formats 0, 2, 3, 4), IBM 3624, PVV, CVV, MACs, key blocks A, B, C, D
    pyemv     CVC3
    pydukpt   DUKPT with triple DES
    openssl   through the `cryptography` package: format 1 blocks under TDES, CMAC, HMAC, ECB and CBC;
              DUKPT with AES and key blocks E, whose derivations are written out below, because no
              independent package has them: a second implementation by other means, not a third party's

Each file holds tables: rows of inputs and, in columns whose name starts with =, outputs.
"""

import json
import pathlib
import random
import warnings
from importlib import metadata

import psec
import psec.pinblock
import psec.tr31
import pydukpt
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import cmac, hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pyemv import cvv as emv_cvv
from pyemv import kd as emv_kd

warnings.simplefilter("ignore")  # two-key triple DES is deprecated, and what payments use

SEED = 20261121
CASES = 1000
OUT = pathlib.Path(__file__).resolve().parent.parent / "vectors" / "generated"
rng = random.Random(SEED)


class SeededSecrets:
    """Stands in for `secrets` and `os.urandom` inside psec, so that a run can be repeated."""

    choice = staticmethod(rng.choice)


def urandom(length):
    return rng.randbytes(length)


psec.pinblock._secrets = SeededSecrets
psec.pinblock._urandom = urandom
psec.tr31._urandom = urandom


def digits(low, high=None):
    return "".join(rng.choice("0123456789") for _ in range(rng.randint(low, high or low)))


def hexs(data):
    return data.hex().upper()


def key(*lengths):
    return rng.randbytes(rng.choice(lengths))


def write(name, answered_by, notes, tables):
    versions = ", ".join(f"{p} {metadata.version(p)}" for p in answered_by)
    head = {
        "source": f"scripts/generate-vectors.py, seed {SEED}, answered by {versions}",
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


def pin_blocks():
    def iso0():
        pin, pan = digits(4, 12), digits(13, 19)
        return [pin, pan, hexs(psec.pinblock.encode_pinblock_iso_0(pin, pan))]

    def iso2():
        pin = digits(4, 12)
        return [pin, hexs(psec.pinblock.encode_pinblock_iso_2(pin))]

    def iso3():
        pin, pan = digits(4, 12), digits(13, 19)
        block = psec.pinblock.encode_pinblock_iso_3(pin, pan)
        assert psec.pinblock.decode_pinblock_iso_3(block, pan) == pin
        return [hexs(block), pan, pin]

    def iso4():
        k, pin, pan = key(16, 24, 32), digits(4, 12), digits(12, 19)
        return [hexs(k), hexs(psec.pinblock.encipher_pinblock_iso_4(k, pin, pan)), pan, pin]

    def iso1():
        k, pin = key(16, 24), digits(4, 12)
        fill = "".join(rng.choice("0123456789ABCDEF") for _ in range(14 - len(pin)))
        clear = bytes.fromhex(f"1{len(pin):X}{pin}{fill}")
        return [hexs(k), pin, fill, hexs(ecb(des(k), clear))]

    def refused():
        pan = digits(13, 19)
        good = bytearray(psec.pinblock.encode_pinblock_iso_0(digits(4, 12), pan))
        good[rng.randrange(8)] ^= 1 << rng.randrange(8)
        try:
            return [hexs(good), pan, psec.pinblock.decode_pinblock_iso_0(bytes(good), pan), None]
        except ValueError:
            return [hexs(good), pan, None, True]

    flipped = [refused() for _ in range(CASES)]
    read = [row[:3] for row in flipped if row[3] is None]
    bad = [[row[0], row[1], True] for row in flipped if row[3]]
    write(
        "pin-blocks",
        ["psec", "cryptography"],
        "flipped: format 0 blocks with one bit inverted, as psec reads or refuses them.",
        [
            table("iso0", "pin-encode", ["pin", "pan", "=block"], iso0, format="iso0"),
            table("iso1", "pin-encrypt", ["key", "pin", "fill", "=encrypted"], iso1, format="iso1"),
            table("iso2", "pin-encode", ["pin", "=block"], iso2, format="iso2"),
            table("iso3", "pin-decode", ["block", "pan", "=pin"], iso3, format="iso3"),
            table("iso4", "pin-decrypt", ["key", "encrypted", "pan", "=pin"], iso4, format="iso4"),
            {"id": "flipped-read", "op": "pin-decode", "constants": {"format": "iso0"},
             "columns": ["block", "pan", "=pin"], "rows": read},
            {"id": "flipped-refused", "op": "pin-decode", "constants": {"format": "iso0"},
             "columns": ["block", "pan", "=error"], "rows": bad},
        ],
    )


def pin_verification():
    def validation(pan, offset, length, pad):
        return pan[offset : offset + length].ljust(16, pad)

    def common():
        pvk = key(16, 24) if rng.random() < 0.9 else key(8) * 2
        length = rng.randint(4, 16)
        pan = digits(16, 19)
        start = rng.randint(0, len(pan) - length)
        return pvk, digits(16), pan, start, length, rng.choice("0123456789ABCDEF")

    def pin_of_offset():
        pvk, mapping, pan, start, length, pad = common()
        offset = digits(4, 12)
        pin = psec.pin.generate_ibm3624_pin(pvk, mapping, offset, pan, start, length, pad)
        return [hexs(pvk), mapping, offset, validation(pan, start, length, pad), pin]

    def offset_of_pin():
        pvk, mapping, pan, start, length, pad = common()
        pin = digits(4, 12)
        offset = psec.pin.generate_ibm3624_offset(pvk, mapping, pin, pan, start, length, pad)
        return [hexs(pvk), mapping, pin, validation(pan, start, length, pad), offset]

    def pvv():
        pvk, pvki, pin, pan = key(16), digits(1), digits(4, 12), digits(12, 19)
        return [hexs(pvk), pvki, pin, pan, psec.pin.generate_visa_pvv(pvk, pvki, pin[:4], pan)]

    shared = ["pvk", "decimalisationTable"]
    write(
        "pin-verification",
        ["psec"],
        "validationData: a part of the PAN, filled on the right with one hexadecimal digit.",
        [
            table("pin", "ibm3624", [*shared, "offset", "validationData", "=pin"], pin_of_offset),
            table("offset", "ibm3624", [*shared, "pin", "validationData", "=offset"], offset_of_pin),
            table("pvv", "pvv", ["pvk", "pvki", "pin", "pan", "=pvv"], pvv),
        ],
    )


def card_values():
    def cvv():
        cvk, pan, expiry, code = key(16), digits(12, 19), digits(4), digits(3)
        return [hexs(cvk), pan, expiry, code, psec.cvv.generate_cvv(cvk, pan, expiry, code)]

    def cvc3():
        imk, pan, psn = key(16), digits(13, 16), digits(2)
        track, atc, un = rng.randbytes(rng.randint(1, 60)), rng.randbytes(2), rng.randbytes(4)
        card = emv_kd.derive_icc_mk_a(imk, pan, psn)
        value = emv_cvv.generate_cvc3(card, track, atc, un)
        return [hexs(imk), pan, psn, hexs(track), hexs(atc), hexs(un), value]

    inputs = ["imk", "pan", "psn", "track", "atc", "un", "=cvc3"]
    write(
        "card-values",
        ["psec", "pyemv"],
        "Same operations as card-values.json.",
        [
            table("cvv", "cvv", ["cvk", "pan", "expiry", "serviceCode", "=cvv"], cvv),
            table("cvc3", "cvc3", inputs, cvc3),
        ],
    )


def macs():
    def cbc_mac():
        k, data, padding = key(8, 16, 24), rng.randbytes(rng.randint(0, 40)), rng.randint(1, 3)
        return [hexs(k), padding, hexs(data), hexs(psec.mac.generate_cbc_mac(k, data, padding, 8))]

    def retail():
        k, data, padding = key(16), rng.randbytes(rng.randint(0, 40)), rng.randint(1, 3)
        length = rng.randint(4, 8)
        mac = psec.mac.generate_retail_mac(k[:8], k[8:], data, padding, length)
        return [hexs(k), padding, hexs(data), hexs(mac)]

    def aes_cmac():
        k, data = key(16, 24, 32), rng.randbytes(rng.randint(0, 40))
        return [hexs(k), hexs(data), hexs(cmac_of(algorithms.AES(k), data))]

    def des_cmac():
        k, data = key(16, 24), rng.randbytes(rng.randint(0, 40))
        return [hexs(k), hexs(data), hexs(cmac_of(des(k), data))]

    def hmac_sha():
        name = rng.choice(["sha1", "sha224", "sha256", "sha384", "sha512"])
        k, data = rng.randbytes(rng.randint(1, 140)), rng.randbytes(rng.randint(0, 140))
        mac = hmac.HMAC(k, getattr(hashes, name.upper())())
        mac.update(data)
        return [name, hexs(k), hexs(data), hexs(mac.finalize())]

    columns = ["key", "padding", "message", "=mac"]
    write(
        "macs",
        ["psec", "cryptography"],
        "Same operations as mac.json and cmac.json.",
        [
            table("alg1", "iso9797-alg1", columns, cbc_mac),
            table("alg3", "iso9797-alg3", columns, retail),
            table("cmac-aes", "cmac", ["key", "message", "=mac"], aes_cmac, cipher="aes"),
            table("cmac-des", "cmac", ["key", "message", "=mac"], des_cmac, cipher="des"),
            table("hmac", "hmac", ["hash", "key", "message", "=mac"], hmac_sha),
        ],
    )


def ciphers():
    def one(make_cipher, lengths, block, with_iv):
        def make():
            k, data = key(*lengths), rng.randbytes(block * rng.randint(1, 3))
            if not with_iv:
                return [hexs(k), hexs(data), hexs(ecb(make_cipher(k), data))]
            iv = rng.randbytes(block)
            return [hexs(k), hexs(iv), hexs(data), hexs(cbc(make_cipher(k), iv, data))]

        return make

    ecb_columns = ["key", "plaintext", "=ciphertext"]
    cbc_columns = ["key", "iv", "plaintext", "=ciphertext"]
    d, a = ((8, 16, 24), 8), ((16, 24, 32), 16)
    write(
        "ciphers",
        ["cryptography"],
        "Same operations as ciphers.json.",
        [
            table("ecb-des", "encrypt-ecb", ecb_columns, one(des, *d, False), cipher="des"),
            table("cbc-des", "encrypt-cbc", cbc_columns, one(des, *d, True), cipher="des"),
            table("ecb-aes", "encrypt-ecb", ecb_columns, one(algorithms.AES, *a, False), cipher="aes"),
            table("cbc-aes", "encrypt-cbc", cbc_columns, one(algorithms.AES, *a, True), cipher="aes"),
        ],
    )


USAGES = [
    ("B0", "X", "TA"), ("B1", "X", "TA"), ("C0", "CGV", "TA"), ("D0", "BDE", "TA"), ("E0", "X", "TA"),
    ("E3", "X", "TA"), ("K0", "BDE", "TA"), ("K1", "BDE", "TA"), ("M1", "CGV", "TA"),
    ("M3", "CGV", "T"), ("M6", "CGV", "TA"), ("P0", "BDEN", "TA"), ("V1", "CGV", "TA"), ("V2", "CGV", "TA"),
]


def header_fields(version):
    usage, allowed, algorithm = rng.choice(USAGES)
    return {
        "version": version,
        "usage": usage,
        "algorithm": rng.choice(algorithm),
        "modeOfUse": rng.choice(allowed),
        "keyVersion": rng.choice(["00", "01", "c1", "7Z"]),
        "exportability": rng.choice("ENS"),
    }


def optional_blocks():
    texts = {
        "KS": lambda: hexs(rng.randbytes(10)),
        "LB": lambda: "".join(rng.choice("ABC xyz-019") for _ in range(rng.randint(0, 40))),
        "KC": lambda: "00" + hexs(rng.randbytes(3)),
        "KP": lambda: "01" + hexs(rng.randbytes(5)),
        "TS": lambda: "20261121203015Z",
        "CT": lambda: "00" + "".join(rng.choice("ABCDEFabcdef0123+/") for _ in range(rng.choice([24, 24, 24, 300]))),
    }
    ids = rng.sample(sorted(texts), rng.choice([0, 0, 1, 2, 3]))
    return [[i, texts[i]()] for i in ids]


def key_for(fields):
    return key(16, 24) if fields["algorithm"] == "T" else key(16, 24, 32)


KEY_BLOCK_COLUMNS = [
    "kbpk", "keyBlock", "=key", "=usage", "=algorithm", "=modeOfUse", "=keyVersion", "=exportability", "=blocks",
]


def key_block_row(kbpk, block, k, fields, blocks):
    names = ["usage", "algorithm", "modeOfUse", "keyVersion", "exportability"]
    return [hexs(kbpk), block, hexs(k), *[fields[n] for n in names], blocks]


def key_blocks():
    def psec_block(version, lengths):
        def make():
            fields, blocks = header_fields(version), optional_blocks()
            header = psec.tr31.Header(
                version, fields["usage"], fields["algorithm"], fields["modeOfUse"],
                fields["keyVersion"], fields["exportability"],
            )
            for ident, data in blocks:
                header.blocks[ident] = data
            kbpk, k = key(*lengths), key_for(fields)
            masked = rng.choice([None, 0, 24, 32])
            text = psec.tr31.KeyBlock(kbpk, header).wrap(k, masked)
            loaded = psec.tr31.Header()
            loaded.load(text)
            seen = [[ident, data] for ident, data in loaded.blocks.items()]
            return key_block_row(kbpk, text, k, fields, seen + padding_block(text, seen))

        return make

    tables = [
        table(f"tr31-{v}", "tr31-unwrap", KEY_BLOCK_COLUMNS, psec_block(v, lengths))
        for v, lengths in (("A", (16, 24)), ("B", (16, 24)), ("C", (16, 24)), ("D", (16, 24, 32)))
    ]
    tables.append(table("iso20038-E", "tr31-unwrap", KEY_BLOCK_COLUMNS, iso20038_block))
    write(
        "key-blocks",
        ["psec", "cryptography"],
        "Same operations as tr31.json. Version E: see the script.",
        tables,
    )


def padding_block(text, seen):
    """The PB block, which psec takes off when it reads a header."""
    at = 16
    for _ in range(int(text[12:14])):
        ident, short = text[at : at + 2], text[at + 2 : at + 4]
        length = int(text[at + 6 : at + 10], 16) if short == "00" else int(short, 16)
        head = 10 if short == "00" else 4
        if ident == "PB" and not any(s[0] == "PB" for s in seen):
            return [["PB", text[at + head : at + length]]]
        at += length
    return []


def iso20038_block():
    """Version E written out: AES-CMAC derivation, CMAC over header and clear key, CTR with the MAC as counter."""
    fields = header_fields("E")
    kbpk, k = key(16, 24, 32), key_for(fields)
    algorithm = {16: 2, 24: 3, 32: 4}[len(kbpk)]

    def derived(use):
        stream = b""
        for counter in (1, 2):
            block = bytes([counter, 0, use, 0, 0, algorithm]) + (len(kbpk) * 8).to_bytes(2, "big")
            stream += cmac_of(algorithms.AES(kbpk), block)
        return stream[: len(kbpk)]

    clear = (len(k) * 8).to_bytes(2, "big") + k + rng.randbytes(rng.choice([0, 6, 14]))
    length = 16 + 2 * (len(clear) + 16)
    header = "E{:04}{}{}{}{}{}0000".format(
        length, fields["usage"], fields["algorithm"], fields["modeOfUse"],
        fields["keyVersion"], fields["exportability"],
    )
    mac = cmac_of(algorithms.AES(derived(1)), header.encode() + clear)
    encryptor = Cipher(algorithms.AES(derived(2)), modes.CTR(mac)).encryptor()
    body = encryptor.update(clear) + encryptor.finalize() + mac
    return key_block_row(kbpk, header + hexs(body), k, fields, [])


def dukpt_tdes():
    def make():
        bdk = key(16)
        counter = 0
        while not 1 <= counter.bit_count() <= 10:
            counter = rng.getrandbits(21) & rng.getrandbits(21)
        ksn = (rng.getrandbits(59) << 21 | counter).to_bytes(10, "big")
        ipek = pydukpt.derive_ipek(bdk, ksn)
        k = pydukpt.derive_key(ipek, ksn)
        uses = (pydukpt.pin_key, pydukpt.mac_request_key, pydukpt.mac_response_key,
                pydukpt.data_request_key, pydukpt.data_response_key)
        return [hexs(bdk), hexs(ksn), hexs(ipek), hexs(k), *[hexs(use(k)) for use in uses]]

    columns = ["bdk", "ksn", "=ik", "=transactionKey", "=pinKey", "=macRequestKey",
               "=macResponseKey", "=dataRequestKey", "=dataResponseKey"]
    write(
        "dukpt-tdes",
        ["pydukpt"],
        "Same operation as dukpt-tdes.json.",
        [table("tdes", "dukpt-tdes", columns, make)],
    )


AES_USES = {
    "keyEncryption": 0x0002, "pin": 0x1000, "macGenerate": 0x2000, "macVerify": 0x2001,
    "macBoth": 0x2002, "dataEncrypt": 0x3000, "dataDecrypt": 0x3001, "dataBoth": 0x3002,
}
AES_TYPES = {
    "tdes2": (0, 16), "tdes3": (1, 24), "aes128": (2, 16), "aes192": (3, 24), "aes256": (4, 32),
    "hmac128": (5, 16), "hmac192": (5, 24), "hmac256": (5, 32),
}


def dukpt_aes():
    """X9.24-3 6.3 and 6.4 written out, recursively where the library is iterative."""

    def derive(k, use, kind, ident):
        algorithm, length = AES_TYPES[kind]
        out = b""
        for block in range(1, 2 + (length - 1) // 16):
            head = bytes([1, block]) + use.to_bytes(2, "big") + algorithm.to_bytes(2, "big")
            out += ecb(algorithms.AES(k), head + (length * 8).to_bytes(2, "big") + ident)
        return out[:length]

    def transaction_key(ik, kind, ikid, counter):
        if counter == 0:
            return ik
        above = transaction_key(ik, kind, ikid, counter & (counter - 1))
        return derive(above, 0x8000, kind, ikid[4:] + counter.to_bytes(4, "big"))

    def make():
        bdk, ikid = key(16, 24, 32), rng.randbytes(8)
        counter = 0
        while not 1 <= counter.bit_count() <= 16:
            counter = rng.getrandbits(32) & rng.getrandbits(32)
        kind = f"aes{len(bdk) * 8}"
        ik = derive(bdk, 0x8001, kind, ikid)
        k = transaction_key(ik, kind, ikid, counter)
        usage, own = rng.choice(sorted(AES_USES)), rng.choice(sorted(AES_TYPES))
        working = derive(k, AES_USES[usage], own, ikid[4:] + counter.to_bytes(4, "big"))
        return [hexs(bdk), hexs(ikid), f"{counter:08X}", usage, own, hexs(ik), hexs(k), hexs(working)]

    columns = ["bdk", "ikid", "counter", "usage", "keyType", "=ik", "=derivationKey", "=workingKey"]
    write(
        "dukpt-aes",
        ["cryptography"],
        "Same operation as dukpt-aes.json. A second implementation, see the script.",
        [table("aes", "dukpt-aes", columns, make)],
    )


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for generate in (
        pin_blocks, pin_verification, card_values, macs, ciphers, key_blocks, dukpt_tdes, dukpt_aes,
    ):
        generate()
