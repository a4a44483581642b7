"""AES DUKPT keys that no package derives: triple DES and HMAC working keys, and derivation keys.

X9.24-3 6.3 and 6.4 written out, recursively where the library is iterative: a second implementation.
Initial keys and AES working keys are answered by paysec-dukpt (../rust).
"""

from cryptography.hazmat.primitives.ciphers import algorithms

from common import SECOND, ecb, hexs, key, rng, start_again, table, write

AES_USES = {
    "keyEncryption": 0x0002, "pin": 0x1000, "macGenerate": 0x2000, "macVerify": 0x2001,
    "macBoth": 0x2002, "dataEncrypt": 0x3000, "dataDecrypt": 0x3001, "dataBoth": 0x3002,
}
AES_TYPES = {
    "tdes2": (0, 16), "tdes3": (1, 24), "hmac128": (5, 16), "hmac192": (5, 24), "hmac256": (5, 32),
}
DERIVATION_TYPES = {16: 2, 24: 3, 32: 4}


def derive(k, use, algorithm, length, ident):
    out = b""
    for block in range(1, 2 + (length - 1) // 16):
        head = bytes([1, block]) + use.to_bytes(2, "big") + algorithm.to_bytes(2, "big")
        out += ecb(algorithms.AES(k), head + (length * 8).to_bytes(2, "big") + ident)
    return out[:length]


def derivation_key(k, use, ident):
    return derive(k, use, DERIVATION_TYPES[len(k)], len(k), ident)


def transaction_key(ik, ikid, counter):
    if counter == 0:
        return ik
    above = transaction_key(ik, ikid, counter & (counter - 1))
    return derivation_key(above, 0x8000, ikid[4:] + counter.to_bytes(4, "big"))


def random_counter():
    counter = 0
    while not 1 <= counter.bit_count() <= 16:
        counter = rng.getrandbits(32) & rng.getrandbits(32)
    return counter


def dukpt_aes():
    start_again()

    def working():
        bdk, ikid, counter = key(16, 24, 32), rng.randbytes(8), random_counter()
        ik = derivation_key(bdk, 0x8001, ikid)
        k = transaction_key(ik, ikid, counter)
        usage, own = rng.choice(sorted(AES_USES)), rng.choice(sorted(AES_TYPES))
        out = derive(k, AES_USES[usage], *AES_TYPES[own], ikid[4:] + counter.to_bytes(4, "big"))
        return [hexs(bdk), hexs(ikid), f"{counter:08X}", usage, own, hexs(k), hexs(out)]

    def terminal():
        bdk, ikid, counter = key(16, 24, 32), rng.randbytes(8), random_counter()
        ksn, steps = ikid + counter.to_bytes(4, "big"), rng.randint(1, 5)
        for _ in range(steps - 1):
            counter += 1
            while counter.bit_count() > 16:
                counter += 1
        k = transaction_key(derivation_key(bdk, 0x8001, ikid), ikid, counter)
        return [hexs(bdk), hexs(ksn), steps, hexs(ikid) + f"{counter:08X}", hexs(k)]

    columns = ["bdk", "ikid", "counter", "usage", "keyType", "=derivationKey", "=workingKey"]
    terminal_columns = ["bdk", "ksn", "steps", "=ksn", "=derivationKey"]
    write(
        "dukpt-aes-more",
        ["cryptography"],
        "Same operation as dukpt-aes.json, and what a terminal at ksn sends as its transaction number steps.",
        [
            table("other", "dukpt-aes", columns, working),
            table("terminal", "dukpt-aes-terminal", terminal_columns, terminal),
        ],
        by=SECOND,
    )
