"""EMV keys, cryptograms and scripts, by pyemv.

The letters table of option B is drawn until SHA-1 has fewer than sixteen decimal digits, which one
number in a thousand has.
"""

import hashlib

from pyemv import ac, kd, sm

from common import digits, hexs, rng, start_again, table, write

LETTERS = 25


def key():
    return rng.randbytes(16)


def decimals(pan, psn):
    """How many decimal digits the hash of option B has."""
    number = pan + psn
    packed = bytes.fromhex(number if len(number) % 2 == 0 else "0" + number)
    return sum(c.isdigit() for c in hashlib.sha1(packed).hexdigest())


def keys():
    def option_a():
        imk, pan, psn = key(), digits(12, 19), digits(2)
        return [hexs(imk), pan, psn, hexs(kd.derive_icc_mk_a(imk, pan, psn))]

    def option_b():
        imk, pan, psn = key(), digits(12, 19), digits(2)
        return [hexs(imk), pan, psn, hexs(kd.derive_icc_mk_b(imk, pan, psn))]

    def letters():
        imk, pan, psn = key(), digits(17, 19), digits(2)
        while decimals(pan, psn) >= 16:
            pan, psn = digits(17, 19), digits(2)
        return [hexs(imk), pan, psn, hexs(kd.derive_icc_mk_b(imk, pan, psn))]

    def common():
        mk, diversifier = key(), rng.randbytes(8)
        return [hexs(mk), hexs(diversifier), hexs(kd.derive_common_sk(mk, diversifier))]

    def mastercard():
        mk, atc, un = key(), rng.randbytes(2), rng.randbytes(4)
        return [hexs(mk), hexs(atc), hexs(un), hexs(kd.derive_common_sk(mk, atc + bytes(2) + un))]

    def visa():
        mk, atc = key(), rng.randbytes(2)
        return [hexs(mk), hexs(atc), hexs(kd.derive_visa_sm_sk(mk, atc))]

    def tree():
        mk, atc, iv = key(), rng.randbytes(2), rng.choice([bytes(16), rng.randbytes(16)])
        height, branch = rng.choice([(8, 4), (16, 2)])
        session = kd.derive_emv2000_tree_sk(mk, atc, height, branch, iv)
        return [hexs(mk), hexs(atc), height, branch, hexs(iv), hexs(session)]

    card = ["imk", "pan", "psn", "=key"]
    mk_op, sk_op = "emv-icc-master-key", "emv-session-key"
    write(
        "emv-keys",
        ["pyemv"],
        "Card keys by options A and B; session keys: common, M/Chip, Visa secure messaging, EMV2000.",
        [
            table("option-a", mk_op, card, option_a, masterKeyDerivation="A"),
            table("option-b", mk_op, card, option_b, masterKeyDerivation="B"),
            table("option-b-letters", mk_op, card, letters, LETTERS, masterKeyDerivation="B"),
            table("common", sk_op, ["iccMk", "diversifier", "=sessionKey"], common, sessionKey="common"),
            table(
                "mastercard", sk_op, ["iccMk", "atc", "un", "=sessionKey"], mastercard,
                sessionKey="mastercard",
            ),
            table("visa-sm", sk_op, ["iccMk", "atc", "=sessionKey"], visa, sessionKey="visa-sm"),
            table(
                "emv2000-tree", sk_op, ["iccMk", "atc", "height", "branch", "iv", "=sessionKey"], tree,
                sessionKey="emv2000-tree",
            ),
        ],
    )


PADDINGS = {"iso1": ac.PaddingType.VISA, "iso2": ac.PaddingType.EMV}


def cryptograms():
    def request():
        k, data, padding = key(), rng.randbytes(rng.randint(1, 64)), rng.choice(sorted(PADDINGS))
        return k, data, padding, ac.generate_ac(k, data, PADDINGS[padding])

    def method_1():
        k, data, padding, arqc = request()
        arc = rng.randbytes(2)
        arpc = ac.generate_arpc_1(k, arqc, arc)
        return [hexs(k), hexs(data), padding, hexs(arc), hexs(arqc), hexs(arpc)]

    def method_2():
        k, data, padding, arqc = request()
        csu, extra = rng.randbytes(4), rng.randbytes(rng.randint(0, 8))
        arpc = ac.generate_arpc_2(k, arqc, csu, extra)
        return [hexs(k), hexs(data), padding, hexs(csu), hexs(extra), hexs(arqc), hexs(arpc)]

    start, end = ["iccMk", "data", "padding"], ["=arqc", "=arpc"]
    shared = {"sessionKey": "none", "arpcKey": "session"}
    write(
        "emv-cryptograms",
        ["pyemv"],
        "Application cryptograms under a key, and their answers by both methods.",
        [
            table(
                "arpc-1", "emv-cryptogram", [*start, "arc", *end], method_1, arpcMethod=1, **shared
            ),
            table(
                "arpc-2", "emv-cryptogram", [*start, "csu", "proprietaryData", *end], method_2,
                arpcMethod=2, **shared,
            ),
        ],
    )


ENCRYPTIONS = {
    "visa": sm.EncryptionType.VISA,
    "mastercard": sm.EncryptionType.MASTERCARD,
    "emv": sm.EncryptionType.EMV,
}


def scripts():
    def card():
        return digits(12, 16), digits(2)

    def smi_of(imk, pan, psn, diversifier):
        return kd.derive_common_sk(kd.derive_icc_mk_a(imk, pan, psn), diversifier)

    def mac():
        imk, (pan, psn), cryptogram = key(), card(), rng.randbytes(8)
        header, prefix = rng.randbytes(5), rng.randbytes(2) + cryptogram
        data = rng.randbytes(rng.randint(0, 40))
        value = sm.generate_command_mac(smi_of(imk, pan, psn, cryptogram), header + prefix + data)
        return [hexs(imk), pan, psn, hexs(cryptogram), hexs(header), hexs(prefix), hexs(data), hexs(value)]

    def change(encryption, block_of):
        def make():
            smi, smc, own, (pan, psn), cryptogram = key(), key(), key(), card(), rng.randbytes(8)
            header, prefix, pin, old = rng.randbytes(5), rng.randbytes(2) + cryptogram, digits(4, 12), digits(4, 12)
            block = block_of(kd.derive_icc_mk_a(own, pan, psn), pin, old)
            session = smi_of(smc, pan, psn, cryptogram)
            data = sm.encrypt_command_data(session, block, ENCRYPTIONS[encryption])
            value = sm.generate_command_mac(smi_of(smi, pan, psn, cryptogram), header + prefix + data)
            inputs = [hexs(smi), hexs(smc), hexs(own), pan, psn, pin, old]
            return [*inputs, hexs(cryptogram), hexs(header), hexs(prefix), hexs(block), hexs(data), hexs(value)]

        return make

    blocks = {
        "iso2": lambda own, pin, old: sm.format_iso9564_2_pin_block(pin),
        "visa-new-pin": lambda own, pin, old: sm.format_vis_pin_block(own, pin),
        "visa-new-pin-old-pin": lambda own, pin, old: sm.format_vis_pin_block(own, pin, old),
    }
    pairs = [("emv", "iso2"), ("mastercard", "iso2"), ("visa", "visa-new-pin"), ("visa", "visa-new-pin-old-pin")]
    columns = ["imkSmi", "imkSmc", "imkAc", "pan", "psn", "pin", "oldPin", "diversifier", "commandHeader",
               "macPrefix", "=pinBlock", "=commandData", "=mac"]
    tables = [
        table(
            "mac", "emv-script",
            ["imkSmi", "pan", "psn", "diversifier", "commandHeader", "macPrefix", "commandData", "=mac"],
            mac, sessionKey="common",
        )
    ]
    for encryption, block in pairs:
        own = [c for c in columns if c != "oldPin" or block.endswith("old-pin")]
        full = table(f"{encryption}-{block}", "emv-script", columns, change(encryption, blocks[block]))
        at = columns.index("oldPin")
        if len(own) < len(columns):
            full["rows"] = [row[:at] + row[at + 1 :] for row in full["rows"]]
        full["columns"] = own
        full["constants"] = {"sessionKey": "common", "encryption": encryption, "pinFormat": block}
        tables.append(full)
    write("emv-scripts", ["pyemv"], "MACs of script commands, and PIN changes in the three encryptions.", tables)


def checks():
    """Cryptograms under the key of a counter; two in three with one thing other than it was."""

    def row(fault, mk, atc, un, data, arqc):
        counter = int.from_bytes(atc, "big")
        if fault == "atc":
            counter = (counter + rng.choice([1, 2, 256, 65535])) % 65536
        if fault == "un":
            un = bytes([un[0] ^ 1 << rng.randrange(8)]) + un[1:]
        if fault == "data":
            at = rng.randrange(len(data))
            data = data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
        if fault == "arqc":
            at = rng.randrange(8)
            arqc = arqc[:at] + bytes([arqc[at] ^ 1 << rng.randrange(8)]) + arqc[at + 1 :]
        return [hexs(mk), hexs(counter.to_bytes(2, "big")), hexs(un), hexs(data), hexs(arqc), fault == "none"]

    def check(diversifier, faults):
        def make():
            mk, atc, un, data = key(), rng.randbytes(2), rng.randbytes(4), rng.randbytes(rng.randint(1, 48))
            arqc = ac.generate_ac(kd.derive_common_sk(mk, diversifier(atc, un)), data, PADDINGS["iso2"])
            return row(rng.choice(faults), mk, atc, un, data, arqc)

        return make

    columns = ["iccMk", "atc", "un", "data", "arqc", "=valid"]
    faults = ["none", "none", "atc", "atc", "data", "arqc"]
    write(
        "emv-arqc-checks",
        ["pyemv"],
        "Whether a cryptogram is that of its counter, number and data: right ones, and with one fault.",
        [
            table("common", "emv-arqc-verify", columns, check(lambda atc, un: atc + bytes(6), faults),
                  sessionKey="common-atc", padding="iso2"),
            table("mastercard", "emv-arqc-verify", columns,
                  check(lambda atc, un: atc + bytes(2) + un, [*faults, "un"]),
                  sessionKey="mastercard", padding="iso2"),
        ],
    )


def emv():
    start_again()
    keys()
    cryptograms()
    scripts()
    checks()
