"""PIN blocks of ISO 9564-1 by psec; format 1 under triple DES by OpenSSL."""

import psec

from common import CASES, des, digits, ecb, hexs, key, rng, table, write

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

