"""Certificates and signatures that are rightly signed, and wrong in one field: all have to be refused.

Bits that change after signing are in vectors/emv-faults.json; here the signer itself errs.
"""

import hashlib

from common import SECOND, digits, hexs, rng, start_again, table, write
from emv_data import TODAY, Key

CASES_A_KIND = 250


def other(byte):
    return bytes([rng.choice([b for b in range(256) if b != byte[0]])])


def signed(key, data, further, fault):
    head = other(b"\x6a") if fault == "header" else b"\x6a"
    if head[0] >= 0x80:  # the block must stay below the modulus
        head = b"\x69"
    tail = other(b"\xbc") if fault == "trailer" else b"\xbc"
    return hexs(key.signed(data, further, head, tail))


def lengths(key, fault):
    """Hash algorithm, key algorithm, lengths of modulus and exponent."""
    right = [1, 1, key.length, len(key.exponent)]
    where = {"hash-algorithm": 0, "key-algorithm": 1, "modulus-length": 2, "exponent-length": 3}
    if fault in where:
        right[where[fault]] += 1
    if fault == "modulus-length":
        right[2] += 10  # beyond the filling: the certificate does not hold so much
    return bytes(right)


def expiry(fault):
    month, year = rng.randint(1, 12), rng.randint(27, 49)
    return bytes.fromhex(f"{month:02}{rng.randint(20, 25) if fault == 'expired' else year}")


CERTIFICATE_FAULTS = [
    "header", "format", "trailer", "hash-algorithm", "key-algorithm", "modulus-length",
    "exponent-length", "expired", "account", "pad",
]


def padded(inside, room, fault):
    """The key's digits, and the filling after them where there is room."""
    filled = inside.ljust(room, b"\xbb")
    return filled[:-1] + other(b"\xbb") if fault == "pad" else filled


def issuer_row(authority, issuer):
    fault, pan = rng.choice(CERTIFICATE_FAULTS), digits(13, 19)
    start = pan[: rng.randint(3, 8)]
    if fault == "account":
        start = f"{(int(start[0]) + 1) % 10}{start[1:]}"
    data = (other(b"\x02") if fault == "format" else b"\x02") + bytes.fromhex(start.ljust(8, "F"))
    data += expiry(fault) + rng.randbytes(3) + lengths(issuer, fault)
    data += padded(issuer.modulus, authority.length - 36, fault)
    made = signed(authority, data, issuer.exponent, fault)
    return [fault, made, hexs(issuer.exponent), pan, True]


def icc_row(issuer, icc):
    fault, pan, static = rng.choice(CERTIFICATE_FAULTS), digits(13, 19), rng.randbytes(20)
    number = f"{(int(pan[0]) + 1) % 10}{pan[1:]}" if fault == "account" else pan
    data = (other(b"\x04") if fault == "format" else b"\x04") + bytes.fromhex(number.ljust(20, "F"))
    data += expiry(fault) + rng.randbytes(3) + lengths(icc, fault)
    data += padded(icc.modulus, issuer.length - 42, fault)
    made = signed(issuer, data, icc.exponent + static, fault)
    return [fault, made, hexs(icc.exponent), pan, hexs(static), True]


def static_row(issuer):
    fault, static = rng.choice(["header", "format", "trailer", "hash-algorithm"]), rng.randbytes(20)
    data = (other(b"\x03") if fault == "format" else b"\x03") + lengths(issuer, fault)[:1] + rng.randbytes(2)
    return [fault, signed(issuer, data, static, fault), hexs(static), True]


SIGNATURE_FAULTS = ["header", "format", "trailer", "hash-algorithm", "too-long", "number-short", "number-long"]


def dynamic(icc, content, further, fault):
    length = len(content)
    if fault == "too-long":
        length = icc.length - 25 + rng.randint(1, 40)
    data = (other(b"\x05") if fault == "format" else b"\x05") + lengths(icc, fault)[:1] + bytes([length])
    return signed(icc, data + content, further, fault)


def number_of(fault):
    short_or_long = {"number-short": rng.randint(0, 1), "number-long": rng.randint(9, 12)}
    length = short_or_long.get(fault, 8)
    return bytes([length]) + rng.randbytes(length)


def dynamic_row(icc):
    fault, terminal = rng.choice(SIGNATURE_FAULTS), rng.randbytes(8)
    return [fault, dynamic(icc, number_of(fault), terminal, fault), hexs(terminal), True]


def combined_row(icc):
    fault = rng.choice([*SIGNATURE_FAULTS, "information", "transaction-hash", "cut"])
    un, transaction, cid = rng.randbytes(4), rng.randbytes(30), b"\x80"
    hashed = hashlib.sha1(transaction).digest()
    if fault == "transaction-hash":
        hashed = rng.randbytes(20)
    inside = other(cid) if fault == "information" else cid
    content = number_of(fault) + inside + rng.randbytes(8) + hashed
    if fault == "cut":
        content = content[: -rng.randint(1, 20)]
    return [fault, dynamic(icc, content, un, fault), hexs(un), hexs(cid), hexs(transaction), True]


def numbered(make, *keys):
    """Rows named by their fault and number, so that each name stands once."""
    count = 0

    def row():
        nonlocal count
        count += 1
        fault, *rest = make(*keys)
        return [f"{fault}-{count}", *rest]

    return row


def data_faults():
    start_again()
    authority, issuer, icc = Key(152), Key(110), Key(64)  # with filling after each key
    card = Key(80)

    def one(name, op, columns, make, keys, **constants):
        key = keys[0]
        return table(name, op, ["id", *columns, "=error"], numbered(make, *keys), CASES_A_KIND,
                     modulus=hexs(key.modulus), exponent=hexs(key.exponent), **constants)

    certificate = ["certificate", "keyExponent", "pan"]
    write(
        "emv-data-faults",
        ["cryptography"],
        "Operations as in emv-data-authentication.json: rightly signed, and wrong in the field that the id names.",
        [
            one("issuer", "emv-issuer-certificate", certificate, issuer_row, (authority, issuer), today=TODAY),
            one("icc", "emv-icc-certificate", [*certificate, "staticData"], icc_row, (issuer, icc), today=TODAY),
            one("sda", "emv-sda", ["signedData", "staticData"], static_row, (issuer,)),
            one("dda", "emv-dda", ["signedData", "terminalData"], dynamic_row, (card,)),
            one("cda", "emv-cda", ["signedData", "un", "cid", "transactionData"], combined_row, (card,)),
        ],
        by=SECOND,
    )
