"""Making key blocks A, B, C and D, by psec: padding is what psec drew, so that a block can be made again."""

import psec.tr31

from common import hexs, key, rng, start_again, table, write
from key_blocks import header_fields, key_for


def wrapped():
    start_again()
    drawn = []

    def recorded(length):
        drawn.append(rng.randbytes(length))
        return drawn[-1]

    def make(version, lengths):
        def row():
            fields = header_fields(version)
            header = psec.tr31.Header(
                version, fields["usage"], fields["algorithm"], fields["modeOfUse"],
                fields["keyVersion"], fields["exportability"],
            )
            if rng.random() < 0.5:  # sixteen characters: no padding block is needed
                header.blocks["LB"] = "".join(rng.choice("ABC xyz-019") for _ in range(12))
            kbpk, k = key(*lengths), key_for(fields)
            drawn.clear()
            text = psec.tr31.KeyBlock(kbpk, header).wrap(k, rng.choice([None, 0, 24, 32]))
            end = 32 if header.blocks else 16
            return [hexs(kbpk), text[:end], hexs(k), hexs(drawn[0]), text]

        return row

    before, psec.tr31._urandom = psec.tr31._urandom, recorded
    versions = {"A": (16, 24), "B": (16, 24), "C": (16, 24), "D": (16, 24, 32)}
    columns = ["kbpk", "header", "key", "padding", "=keyBlock"]
    write(
        "key-blocks-made",
        ["psec"],
        "tr31-wrap: the key under header and protection key, filled with padding.",
        [table(f"tr31-{v}", "tr31-wrap", columns, make(v, n), cases=500) for v, n in versions.items()],
    )
    psec.tr31._urandom = before
