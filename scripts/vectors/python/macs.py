"""MACs: ISO 9797-1 by psec, CMAC and HMAC by OpenSSL."""

import psec
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import algorithms

from common import cmac_of, des, hexs, key, rng, start_again, table, write

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


def streams():
    start_again()

    def chunks(data):
        left, sizes = len(data), []
        while left > 0 and len(sizes) < 4:
            sizes.append(rng.randint(0, left))
            left -= sizes[-1]
        return sizes

    def cbc_mac():
        k, data, padding = key(8, 16, 24), rng.randbytes(rng.randint(0, 60)), rng.randint(1, 3)
        mac = psec.mac.generate_cbc_mac(k, data, padding, 8)
        return [hexs(k), padding, hexs(data), chunks(data), hexs(mac)]

    def retail():
        k, data, padding = key(16), rng.randbytes(rng.randint(0, 60)), rng.randint(1, 3)
        mac = psec.mac.generate_retail_mac(k[:8], k[8:], data, padding, 8)
        return [hexs(k), padding, hexs(data), chunks(data), hexs(mac)]

    columns = ["key", "padding", "message", "chunks", "=mac"]
    write(
        "mac-streams",
        ["psec"],
        "The MAC of a message that comes in pieces: chunks gives their bytes, the rest comes last.",
        [
            table("alg1", "iso9797-stream", columns, cbc_mac, algorithm=1),
            table("alg3", "iso9797-stream", columns, retail, algorithm=3),
        ],
    )
