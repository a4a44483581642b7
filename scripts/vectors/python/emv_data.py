"""Offline data authentication: certificates and signatures of SDA, DDA and CDA.

The RSA is Python's own arithmetic on whole numbers; the layouts are written out from EMV 4.3 Book 2,
tables 5, 11, 13, 15 and 20: a second implementation. Published certificates are in
vectors/emv-data-authentication.json.
"""

import hashlib
import math

from common import SECOND, digits, hexs, rng, start_again, table, write

CASES_A_KEY = 125
TODAY = "2611"


def is_prime(n):
    """Miller-Rabin, forty rounds."""
    if any(n % p == 0 for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    d, r = n - 1, 0
    while d % 2 == 0:
        d, r = d // 2, r + 1
    for _ in range(40):
        x = pow(rng.randrange(2, n - 1), d, n)
        if x in (1, n - 1):
            continue
        for _ in range(r - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


class Key:
    """An RSA key of whole bytes, with the public exponent 3 or 65537."""

    def __init__(self, length):
        self.length, self.e = length, rng.choice([3, 3, 65537])
        p, q = self.prime(length * 4), self.prime(length * 8 - length * 4)
        while (p * q).bit_length() != length * 8:
            q = self.prime(length * 8 - length * 4)
        self.n, self.d = p * q, pow(self.e, -1, math.lcm(p - 1, q - 1))
        self.modulus = self.n.to_bytes(length, "big")
        self.exponent = self.e.to_bytes(1 if self.e == 3 else 3, "big")

    def prime(self, bits):
        while True:
            n = rng.getrandbits(bits) | 3 << (bits - 2) | 1
            if math.gcd(n - 1, self.e) == 1 and is_prime(n):
                return n

    def signed(self, data, further, head=b"\x6a", tail=b"\xbc"):
        """Annex A2.1: 6A, data filled with BB, SHA-1 over data and further data, BC."""
        filled = data.ljust(self.length - 22, b"\xbb")
        assert len(filled) == self.length - 22
        block = head + filled + hashlib.sha1(filled + further).digest() + tail
        return pow(int.from_bytes(block, "big"), self.d, self.n).to_bytes(self.length, "big")


def expiry():
    return bytes.fromhex(f"{rng.randint(1, 12):02}{rng.randint(27, 49)}")


def tail(key):
    """Serial number, algorithms, lengths: what certificates have in common."""
    return rng.randbytes(3) + bytes([1, 1, key.length, len(key.exponent)])


def issuer_certificate(authority, issuer):
    pan = digits(13, 19)
    identifier = bytes.fromhex(pan[: rng.randint(3, 8)].ljust(8, "F"))
    room = authority.length - 36
    inside, rest = issuer.modulus[:room], issuer.modulus[room:]
    data = b"\x02" + identifier + expiry() + tail(issuer) + inside
    made = authority.signed(data, rest + issuer.exponent)
    return [hexs(made), hexs(rest), hexs(issuer.exponent), pan, hexs(issuer.modulus)]


def icc_certificate(issuer, icc):
    pan, static = digits(13, 19), rng.randbytes(rng.randint(1, 60))
    room = issuer.length - 42
    inside, rest = icc.modulus[:room], icc.modulus[room:]
    data = b"\x04" + bytes.fromhex(pan.ljust(20, "F")) + expiry() + tail(icc) + inside
    made = issuer.signed(data, rest + icc.exponent + static)
    return [hexs(made), hexs(rest), hexs(icc.exponent), pan, hexs(static), hexs(icc.modulus)]


def static_data(issuer):
    code, static = rng.randbytes(2), rng.randbytes(rng.randint(1, 60))
    return [hexs(issuer.signed(b"\x03\x01" + code, static)), hexs(static), hexs(code)]


def dynamic_data(icc):
    number, terminal = rng.randbytes(rng.randint(2, 8)), rng.randbytes(rng.randint(4, 20))
    dynamic = bytes([len(number)]) + number
    made = icc.signed(b"\x05\x01" + bytes([len(dynamic)]) + dynamic, terminal)
    return [hexs(made), hexs(terminal), hexs(number)]


def combined_data(icc):
    number, un, cid = rng.randbytes(8), rng.randbytes(4), rng.choice([b"\x40", b"\x80"])
    cryptogram, transaction = rng.randbytes(8), rng.randbytes(rng.randint(20, 50))
    hashed = hashlib.sha1(transaction).digest()
    dynamic = b"\x08" + number + cid + cryptogram + hashed
    made = icc.signed(b"\x05\x01" + bytes([len(dynamic)]) + dynamic, un)
    return [hexs(made), hexs(un), hexs(cid), hexs(transaction), hexs(cryptogram), hexs(number)]


def tables(name, op, columns, keys, make, **constants):
    """A table for each of the eight keys that verify, so that the key stands once."""
    return [
        table(f"{name}-{key.length}-{i}", op, columns, lambda: make(key), CASES_A_KEY,
              modulus=hexs(key.modulus), exponent=hexs(key.exponent), **constants)
        for i, key in enumerate(keys)
    ]


def data_authentication():
    start_again()
    authorities = [Key(n) for n in (96, 112, 128, 144, 160, 176, 200, 248)]
    issuers = [Key(n) for n in (80, 96, 96, 112, 112, 128, 144, 176)]
    cards = [Key(n) for n in (64, 64, 80, 80, 96, 96, 112, 128)]

    def smaller(keys, than):
        return rng.choice([one for one in keys if one.length <= than])

    certificate = ["certificate", "remainder", "keyExponent", "pan"]
    write(
        "emv-data-authentication",
        ["cryptography"],
        "Operations as in emv-data-authentication.json; modulus and exponent are those of the key that"
        " verifies, sizes in bytes in the tables' names.",
        [
            *tables("issuer", "emv-issuer-certificate", [*certificate, "=key"], authorities,
                    lambda key: issuer_certificate(key, smaller(issuers, key.length)), today=TODAY),
            *tables("icc", "emv-icc-certificate", [*certificate, "staticData", "=key"], issuers,
                    lambda key: icc_certificate(key, smaller(cards, key.length)), today=TODAY),
            *tables("sda", "emv-sda", ["signedData", "staticData", "=dataAuthenticationCode"], issuers,
                    static_data),
            *tables("dda", "emv-dda", ["signedData", "terminalData", "=dynamicNumber"], cards,
                    dynamic_data),
            *tables("cda", "emv-cda", ["signedData", "un", "cid", "transactionData", "=cryptogram",
                                       "=dynamicNumber"], cards[2:] + cards[6:], combined_data),
        ],
        by=SECOND,
    )
