"""What no package has: Docutel and PLUS blocks, AS 2805, and American Express codes.

Written out here from the descriptions in the RG7000 programmer's manual (1270A514, chapters 3 and RY):
a second implementation. AS 2805.3 and the American Express algorithm are not public; these tables hold
the library to what it says it does, and to nothing more.
"""

from common import SECOND, des, digits, ecb, hexs, key, rng, start_again, table, write


def xored(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def field(pin, account):
    clear = f"0{len(pin):X}{pin}".ljust(16, "F")
    return hexs(xored(bytes.fromhex(clear), bytes.fromhex("0000" + account)))


def older_blocks():
    start_again()

    def docutel():
        pin = digits(4, 6)
        fill = digits(9)
        return [pin, fill, f"{len(pin)}{pin.ljust(6, '0')}{fill}"]

    def plus():
        pin, pan = digits(4, 12), digits(13, 19)
        return [pin, pan, field(pin, pan[:12])]

    def as2805():
        pin, pan = digits(4, 12), digits(13, 19)
        return [pin, pan, field(pin, pan[-13:-1])]

    write(
        "pin-blocks-older",
        ["cryptography"],
        "Same operation as pin-blocks-more.json.",
        [
            table("docutel", "pin-encode", ["pin", "fill", "=block"], docutel, format="docutel"),
            table("plus", "pin-encode", ["pin", "pan", "=block"], plus, format="plus"),
            table("as2805", "pin-encode", ["pin", "pan", "=block"], as2805, format="as2805"),
        ],
        by=SECOND,
    )


def american_express():
    start_again()

    def csc():
        csck, pan, expiry = key(16), digits(15), digits(4)
        data = bytes.fromhex((pan.ljust(19, "0") + expiry).ljust(32, "0"))
        first = ecb(des(csck[:8]), data[:8])
        cipher = ecb(des(csck), xored(first, data[8:])).hex()
        decimal = [c for c in cipher if c.isdigit()]
        others = [str(int(c, 16) - 10) for c in cipher if not c.isdigit()]
        out = "".join(decimal + others)
        return [hexs(csck), pan, expiry, out[:5], out[5:9], out[9:12]]

    write(
        "amex-csc",
        ["cryptography"],
        "csc: fields of host command RY; no published value confirms the algorithm.",
        [table("csc", "csc", ["csck", "pan", "expiry", "=csc5", "=csc4", "=csc3"], csc)],
        by=SECOND,
    )
