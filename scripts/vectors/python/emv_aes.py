"""EMV under AES, composed from the steps of EMV 4.4 Book 2 (8.1, 8.2, 9, A1): a second implementation.

No other implementation is published with values, and pyemv has none: another language and another
cipher, the same reading of the text.
"""

from cryptography.hazmat.primitives.ciphers import algorithms

from common import SECOND, cbc, cmac_of, digits, ecb, hexs, key, rng, table, write

SEED_AES = 20261122


def aes_ecb(k, data):
    return ecb(algorithms.AES(k), data)


def aes_cbc(k, data):
    return cbc(algorithms.AES(k), bytes(16), data)


def mac(k, data, length=8):
    return cmac_of(algorithms.AES(k), data)[:length]


def option_c(imk, pan, psn):
    block = bytes.fromhex((pan + psn).rjust(32, "0"))
    return (aes_ecb(imk, block) + aes_ecb(imk, bytes(b ^ 255 for b in block)))[: len(imk)]


def session_key(mk, diversifier):
    if len(mk) == 16:
        return aes_ecb(mk, diversifier)
    halves = [diversifier[:2] + bytes([marker]) + diversifier[3:] for marker in (0xF0, 0x0F)]
    return (aes_ecb(mk, halves[0]) + aes_ecb(mk, halves[1]))[: len(mk)]


def session_of_counter(mk, atc):
    return session_key(mk, atc + bytes(14))


def pad(data):
    padded = data + b"\x80"
    return padded + bytes(-len(padded) % 16)


def aes_table(ident, op, columns, make, **constants):
    return table(ident, op, columns, make, cipher="aes", **constants)


def card():
    return key(16, 24, 32), digits(12, 19), digits(2)


def master():
    imk, pan, psn = card()
    return [hexs(imk), pan, psn, hexs(option_c(imk, pan, psn))]


def session():
    mk, diversifier = key(16, 24, 32), rng.randbytes(16)
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
    return [*inputs, hexs(arc), hexs(arqc), hexs(aes_ecb(sk, mixed + bytes(8))[:8])]


def method_2():
    inputs, sk, arqc = request()
    csu, extra = rng.randbytes(4), rng.randbytes(rng.randint(0, 8))
    return [*inputs, hexs(csu), hexs(extra), hexs(arqc), hexs(mac(sk, arqc + csu + extra, 4))]


def script(encryption):
    def make():
        smi, pan, psn = card()
        smc, pin, cryptogram = key(16, 24, 32), digits(4, 12), rng.randbytes(8)
        header, prefix = rng.randbytes(5), rng.randbytes(2) + cryptogram
        block = bytes.fromhex(f"2{len(pin):X}{pin}".ljust(16, "F"))
        diversifier = cryptogram + bytes(8)
        data = aes_cbc(session_key(option_c(smc, pan, psn), diversifier), pad(block))
        value = mac(session_key(option_c(smi, pan, psn), diversifier), header + prefix + data)
        inputs = [hexs(smi), hexs(smc), pan, psn, pin, hexs(cryptogram), hexs(header), hexs(prefix)]
        return [*inputs, hexs(block), hexs(data), hexs(value)]

    columns = ["imkSmi", "imkSmc", "pan", "psn", "pin", "cryptogram", "commandHeader", "macPrefix",
               "=pinBlock", "=commandData", "=mac"]
    return aes_table(f"script-{encryption}", "emv-script", columns, make, masterKeyDerivation="C",
                     sessionKey="common-cryptogram", encryption=encryption, pinFormat="iso2")


def emv_aes():
    rng.seed(SEED_AES)
    start = ["imk", "pan", "psn", "atc", "data"]
    shared = {"masterKeyDerivation": "C", "sessionKey": "common-atc", "padding": "none",
              "arpcKey": "session"}
    write(
        "emv-aes",
        ["cryptography"],
        "EMV under AES: card keys by option C, common session keys, cryptograms and their answers,"
        " scripts. Composed from the text of EMV 4.4 Book 2: no other implementation has values.",
        [
            aes_table("option-c", "emv-icc-master-key", ["imk", "pan", "psn", "=key"], master,
                      masterKeyDerivation="C"),
            aes_table("common", "emv-session-key", ["iccMk", "diversifier", "=sessionKey"], session,
                      sessionKey="common"),
            aes_table("arpc-1", "emv-cryptogram", [*start, "arc", "=arqc", "=arpc"], method_1,
                      arpcMethod=1, **shared),
            aes_table("arpc-2", "emv-cryptogram", [*start, "csu", "proprietaryData", "=arqc", "=arpc"],
                      method_2, arpcMethod=2, **shared),
            script("emv"),
            script("mastercard"),
        ],
        by=SECOND,
        seed=SEED_AES,
    )
