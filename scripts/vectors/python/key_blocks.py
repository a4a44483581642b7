"""Key blocks A, B, C and D by psec.

Version E is written out below from ISO 20038, because no package has it: a second implementation.
"""

import psec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from common import cmac_of, hexs, key, rng, table, write

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
    second = table("iso20038-E", "tr31-unwrap", KEY_BLOCK_COLUMNS, iso20038_block)
    second["source"] = "a second implementation of ours, from ISO 20038: no package has version E"
    tables.append(second)
    write(
        "key-blocks",
        ["psec", "cryptography"],
        "Same operations as tr31.json. Version E is answered by a second implementation of ours, not by another project.",
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

