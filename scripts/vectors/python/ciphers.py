"""ECB and CBC of triple DES and AES, by OpenSSL."""

from cryptography.hazmat.primitives.ciphers import algorithms

from common import cbc, cmac_of, des, ecb, hexs, key, rng, start_again, table, write

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


def deciphered():
    """Deciphering, and the check values of AES keys."""
    start_again()

    def one(make_cipher, lengths, block):
        def make():
            k, iv, data = key(*lengths), rng.randbytes(block), rng.randbytes(block * rng.randint(1, 2))
            return [hexs(k), hexs(iv), hexs(cbc(make_cipher(k), iv, data)), hexs(data)]

        return make

    def check():
        k = key(16, 24, 32)
        return [hexs(k), hexs(cmac_of(algorithms.AES(k), bytes(16))[:3])]

    def zeros():
        k = key(16, 24, 32)
        return [hexs(k), hexs(ecb(algorithms.AES(k), bytes(16))[:3])]

    columns = ["key", "iv", "ciphertext", "=plaintext"]
    check_columns = ["key", "=checkValue"]
    write(
        "ciphers-more",
        ["cryptography"],
        "Same operations as ciphers.json: deciphering, and check values of AES keys.",
        [
            table("cbc-des", "decrypt-cbc", columns, one(des, (8, 16, 24), 8), cipher="des"),
            table("cbc-aes", "decrypt-cbc", columns, one(algorithms.AES, (16, 24, 32), 16), cipher="aes"),
            table("check-cmac", "check-value", check_columns, check, cipher="aes", method="cmac"),
            table("check-zeros", "check-value", check_columns, zeros, cipher="aes", method="zeros"),
        ],
    )
