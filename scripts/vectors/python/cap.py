"""One-time codes (EMV-CAP, DPA) by PyPI emv; transaction data signing by a second implementation.

What transaction data signing MACs follows Teuwen and Szikora, EMV-CAP (MISC 56, 2011), as their program
does it: fields joined by F, filled to a whole byte with F, then 80 and zeros; the cryptogram is the key.
"""

from cryptography.hazmat.primitives.ciphers import Cipher, modes

from common import SECOND, des, digits, hexs, rng, start_again, table, write
from emv.cap import get_arqc_req, get_cap_value
from emv.protocol.data import Tag
from emv.protocol.structures import DOL

CDOL1 = {Tag.CDOL1: DOL([(Tag((0x9F, 0x02)), 6), (Tag((0x9F, 0x37)), 4)])}
ANSWER_BYTES = 18  # what the package expects: CID, ATC, cryptogram and seven bytes more


class Answer:
    def __init__(self, answer):
        self.data = {Tag.RMTF1: list(answer)}


def bitmap(length):
    """Some bits, at most 40, anywhere in the answer."""
    bits = rng.sample(range(length * 8), rng.randint(1, 40))
    return sum(1 << b for b in bits).to_bytes(length, "big")


def one_time_codes():
    start_again()

    def code():
        answer, with_psn = rng.randbytes(ANSWER_BYTES), rng.random() < 0.5
        psn = rng.randbytes(1) if with_psn else b""
        ipb = bitmap(ANSWER_BYTES + len(psn))
        value = get_cap_value(Answer(answer), list(ipb), list(psn) if with_psn else None)
        return [hexs(answer), hexs(ipb), hexs(psn), str(value)]

    def terminal(mode):
        def make():
            challenge = digits(1, 8) if mode != "identify" else None
            minor = str(rng.randint(1, 10**9)) if mode == "sign" else None
            asked = get_arqc_req(CDOL1, value=minor and int(minor) / 100, challenge=challenge)
            data = bytes(asked.data)
            given = [one for one in (challenge, minor) if one is not None]
            return [*given, hexs(data[6:]), hexs(data[:6])]

        return make

    outputs = ["=un", "=amount"]
    op = "cap-terminal-data"
    write(
        "cap",
        ["emv"],
        "cap-terminal-data: what a reader shows the card; cap-code: the code from the card's answer, the"
        " issuer's bitmap and, where the issuer wants it, the sequence number.",
        [
            table("respond", op, ["challenge", *outputs], terminal("respond"), mode="respond"),
            table("sign", op, ["challenge", "amountMinor", *outputs], terminal("sign"), mode="sign"),
            table("code", "cap-code", ["answer", "ipb", "psn", "=otp"], code),
        ],
    )


def signed_data():
    start_again()

    def make():
        answer, ipb = rng.randbytes(ANSWER_BYTES), bitmap(ANSWER_BYTES)
        fields = [digits(1, 10) for _ in range(rng.randint(1, 10))]
        text = "F".join(fields)
        data = bytes.fromhex(text + "F" * (len(text) % 2)) + b"\x80"
        data += bytes(-len(data) % 8)
        encryptor = Cipher(des(answer[3:11]), modes.CBC(bytes(8))).encryptor()
        mac = (encryptor.update(data) + encryptor.finalize())[-8:]
        mixed = answer[:3] + mac + answer[11:]
        return [hexs(answer), hexs(ipb), fields, str(get_cap_value(Answer(mixed), list(ipb), None))]

    write(
        "cap-tds",
        ["cryptography"],
        "cap-code with the customer's fields: transaction data signing.",
        [table("tds", "cap-code", ["answer", "ipb", "fields", "=otp"], make)],
        by=SECOND,
    )
