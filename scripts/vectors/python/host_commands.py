"""Host commands under the published test LMKs: whole frames and their replies.

The algorithms are answered by pyemv, psec, pydukpt and OpenSSL; the layouts of the frames and the
tokens of scheme U are written here a second time, from the HSM 8000 host command reference.
"""

import psec
import pydukpt
from cryptography.hazmat.decrepit.ciphers import modes as old_modes
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from pyemv import ac, cvv, kd, sm

from common import des, digits, ecb, hexs, rng, start_again, table, write

FRAMES = 70
PAIRS = {
    "00": "40404040404040405151515151515151",
    "01": "61616161616161617070707070707070",
    "02": "E0E0010101010101F1F1010101010101",
    "03": "1C587F1C13924FEF0101010101010101",
    "04": "01010101010101010101010101010101",
    "08": "16161616161616161919191919191919",
    "09": "1A1A1A1A1A1A1A1A1C1C1C1C1C1C1C1C",
    "0A": "23232323232323232525252525252525",
    "0B": "26262626262626262929292929292929",
    "0D": "2F2F2F2F2F2F2F2F3131313131313131",
}
VARIANTS = [0x00, 0xA6, 0x5A, 0x6A, 0xDE, 0x2B, 0x50, 0x74, 0x9C, 0xFA]


def xored(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def odd(data):
    return bytes(b ^ ((b.bit_count() & 1) ^ 1) for b in data)


def key(length=16):
    return odd(rng.randbytes(length))


def lmk(kind, part=None):
    """The pair of a three-character key type under its variant, and under that of a part of scheme U."""
    pair = bytearray.fromhex(PAIRS[kind[1:]])
    pair[0] ^= VARIANTS[int(kind[0])]
    if part is not None:
        pair[8] ^= (0xA6, 0x5A)[part]
    return bytes(pair)


def token(kind, value):
    """Scheme U: a double-length key under its pair."""
    halves = [ecb(des(lmk(kind, i)), value[8 * i : 8 * i + 8]) for i in (0, 1)]
    return b"U" + hexs(b"".join(halves)).encode()


def check_value(value, length=6):
    return hexs(ecb(des(value), bytes(8)))[:length].encode()


def card():
    """PAN of 16 digits, sequence number, and both as the commands have them."""
    pan, psn = digits(16), digits(2)
    return pan, psn, bytes.fromhex((pan + psn)[-16:])


def data(low=1, high=60):
    return rng.randbytes(rng.randint(low, high))


def counted(value, form="02X"):
    return format(len(value), form).encode() + value


def padded(value):
    return value + bytes(-len(value) % 8)


def cryptogram(session, value):
    return ac.generate_ac(session, padded(value), ac.PaddingType.VISA)


def frame(command, *parts, reply):
    return [hexs(command.encode() + b"".join(parts)), hexs(reply)]


def arqc_of_old():
    """KQ: both schemes, all modes."""
    mode, scheme = rng.choice([("0", "0"), ("1", "0"), ("2", "0"), ("3", "0"), ("4", "0"), ("0", "1"), ("1", "1")])
    imk, smi, (pan, psn, number) = key(), key(), card()
    counter, un, value, arc = rng.randbytes(2), rng.randbytes(4), data(), rng.randbytes(2)
    own = kd.derive_icc_mk_a(imk, number.hex()[:14], number.hex()[14:])
    session = own if scheme == "0" else kd.derive_common_sk(own, counter + bytes(2) + un)
    arqc = cryptogram(session, value)
    parts = [(mode + scheme).encode(), token("109", imk)]
    extra = data(1, 20)
    script = kd.derive_visa_sm_sk(kd.derive_icc_mk_a(smi, number.hex()[:14], number.hex()[14:]), counter)
    if mode in "34":
        parts.append(token("209", smi))
    parts += [number, counter, un]
    if mode != "2":
        parts.append(counted(value) + b";")
    parts.append(arqc)
    if mode in "124":
        parts.append(arc)
    if mode in "34":
        parts += [sm.generate_command_mac(script, extra)[:4], counted(extra)]
    answer = ac.generate_arpc_1(own, arqc, arc) if mode in "124" else b""
    return frame("KQ", *parts, reply=b"KR00" + answer)


def session_of_ac(scheme, own, counter, tree, iv):
    if scheme in "01":
        height, branch = ((16, 2), (8, 4))[int(tree)]
        return kd.derive_emv2000_tree_sk(own, counter, height, branch, iv)
    return kd.derive_common_sk(own, counter + bytes(6))


def card_key(imk, option_b, number):
    if option_b:
        text = number.hex()
        return kd.derive_icc_mk_b(imk, text[:-2], text[-2:])
    return kd.derive_icc_mk_a(imk, number.hex()[:14], number.hex()[14:])


def arqc_of_new():
    """KW: trees and common session keys, card keys by options A and B, both answers."""
    mode, scheme, tree = rng.choice("01234"), rng.choice("0123"), rng.choice("01")
    imk, iv, counter, value = key(), rng.randbytes(16), rng.randbytes(2), data()
    option_b = scheme in "13"
    number = bytes.fromhex(digits(20)) if option_b else card()[2]
    while option_b and number[0] < 0x10:
        number = bytes.fromhex(digits(20))
    session = session_of_ac(scheme, card_key(imk, option_b, number), counter, tree, iv)
    arqc = cryptogram(session, value)
    arc, csu, extra = rng.randbytes(2), rng.randbytes(4), rng.randbytes(rng.randint(0, 8))
    parts = [(mode + scheme).encode(), token("109", imk)]
    if scheme in "01":
        parts.append(iv)
    parts.append(format(len(number), "02d").encode() + number + b";" if option_b else number)
    if scheme in "01":
        parts.append(tree.encode())
    parts.append(counter)
    if mode in "013":
        parts.append(counted(value) + b";")
    parts.append(arqc)
    if mode in "12":
        parts.append(arc)
    if mode in "34":
        parts += [csu, str(len(extra)).encode(), extra]
    answers = {"1": ac.generate_arpc_1, "2": ac.generate_arpc_1}
    answer = b""
    if mode in answers:
        answer = answers[mode](session, arqc, arc)
    if mode in "34":
        answer = ac.generate_arpc_2(session, arqc, csu, extra)
    return frame("KW", *parts, reply=b"KX00" + answer)


def truncated():
    """K2: cryptograms compared under a mask."""
    method, tree, option_b = rng.choice("0123"), rng.choice("01"), rng.random() < 0.5
    imk, iv, counter, un, value = key(), rng.randbytes(16), rng.randbytes(2), rng.randbytes(4), data()
    number = bytes.fromhex("5" + digits(19)) if option_b else card()[2]
    own = card_key(imk, option_b, number)
    sessions = {
        "0": lambda: own,
        "1": lambda: kd.derive_common_sk(own, counter + bytes(2) + un),
        "2": lambda: session_of_ac("0", own, counter, tree, iv),
        "3": lambda: kd.derive_common_sk(own, counter + bytes(6)),
    }
    mask = rng.randbytes(8)
    shown = bytes(a & b for a, b in zip(cryptogram(sessions[method](), value), mask))
    right = rng.random() < 0.8
    if not right:
        at = next(i for i in range(8) if mask[i])
        shown = bytes(b ^ (mask[i] if i == at else 0) for i, b in enumerate(shown))
    parts = [b"000", b"1" if option_b else b"0", method.encode(), token("109", imk)]
    if method == "2":
        parts.append(iv)
    parts.append(format(len(number), "02d").encode() + number + b";" if option_b else number)
    if method == "2":
        parts.append(tree.encode())
    parts += [counter, un, counted(value) + b";", shown, mask]
    return frame("K2", *parts, reply=b"K300" if right else b"K301")


def authentication():
    """KS: codes and dynamic numbers."""
    imk, (pan, psn, number), counter, un = key(), card(), rng.randbytes(2), rng.randbytes(4)
    if rng.random() < 0.5:
        shown = ecb(des(imk), number)[:2]
        return frame("KS", b"01", token("409", imk), number, shown, reply=b"KT00")
    own = card_key(imk, False, number)
    shown = ecb(des(own), counter + bytes(2) + un)[:2]
    return frame("KS", b"11", token("509", imk), number, shown, counter, un, reply=b"KT00")


def iso0(pin, account):
    return xored(bytes.fromhex(f"0{len(pin)}{pin}".ljust(16, "F")), bytes.fromhex("0000" + account))


def pin_change(own):
    """Destination format, block of a new PIN in it, and the fields of a source block under a ZPK."""
    zpk, account = key(), digits(12)
    pin, old, form = digits(4, 8), digits(4, 8), rng.choice(["34", "41", "42"])
    block = {
        "34": lambda: sm.format_iso9564_2_pin_block(pin),
        "41": lambda: sm.format_vis_pin_block(own, pin),
        "42": lambda: sm.format_vis_pin_block(own, pin, old),
    }[form]()
    source = ecb(des(zpk), iso0(pin, account))
    fields = [b"0", token("001", zpk), b"01", form.encode(), account.encode()]
    current = hexs(ecb(des(zpk), iso0(old, account))).encode()
    return form, block, source, fields, current


def scripts(new):
    """KU and KY: MAC alone, data enciphered, PIN changes."""
    smi, smc, imk, (pan, psn, number) = key(), key(), key(), card()
    message = data(5, 30)
    mode = rng.choice("024" if new else "01234")
    scheme = rng.choice("0123" if new else "01")
    one = mode in "13" and not new
    counter, diversifier, tree = rng.randbytes(2), rng.randbytes(8), rng.choice("01")

    def session(master):
        own = card_key(master, False, number)
        if new and scheme in "01":
            return session_of_ac("0", own, counter, tree, bytes(16))
        if not new and scheme == "0":
            return kd.derive_visa_sm_sk(own, counter)
        return kd.derive_common_sk(own, diversifier)

    if new:
        kind = {"0": "VISA", "1": "MASTERCARD", "2": "EMV", "3": "MASTERCARD"}[scheme]
        where = tree.encode() + counter if scheme in "01" else diversifier
    else:
        kind = {"0": "VISA", "1": "MASTERCARD"}[scheme]
        where = bytes(6) + counter if scheme == "0" else diversifier
    parts = [(mode + scheme).encode(), token("209", smi), number, where, counted(message, "04X") + b";"]
    code, answer = ("KY", b"KZ00") if new else ("KU", b"KV00")
    if mode == "0":
        mac = sm.generate_command_mac(session(smi), message)
        return frame(code, *parts, reply=answer + mac)
    changes = mode in ("4" if new else "34")
    form, block, source, fields, current = pin_change(card_key(imk, False, number))
    if changes:
        clear, carried = block, source
    else:
        transport, clear = key(), rng.randbytes(8 * rng.randint(1, 4))
        carried = ecb(des(transport), clear)
    sealed = sm.encrypt_command_data(
        session(smi if one else smc), clear, getattr(sm.EncryptionType, kind)
    )
    offset = rng.randint(0, len(message))
    if not one:
        parts.append(token("309", smc))
    if not changes:
        parts.append(token("00A", transport))
    if not new:
        parts.append(where)
    parts += [format(offset, "04X").encode(), counted(carried, "04X") + b";"]
    if changes:
        parts += fields
        if form in ("41", "42"):
            parts.append(token("109", imk))
        if form == "42":
            parts.append(current)
    mac = sm.generate_command_mac(session(smi), message[:offset] + sealed + message[offset:])
    return frame(code, *parts, reply=answer + mac + counted(sealed, "04X"))


def dynamic_codes():
    """PM: dCVV under the card's key with the counter in the PAN, CVC3."""
    imk, pan, option = key(), digits(16), "A"
    own = kd.derive_icc_mk_a(imk, pan, "00")
    if rng.random() < 0.5:
        expiry, code, counter = digits(4), digits(3), digits(4)
        value = psec.cvv.generate_cvv(own, counter + pan[4:], expiry, code)
        tail = f"{option}{pan};{expiry}{code}00{counter}{value}".encode()
        return frame("PM", b"00", token("109", imk), tail, reply=b"PN00")
    track, counter, un = data(1, 60), rng.randbytes(2), rng.randbytes(4)
    value = cvv.generate_cvc3(own, track, counter, un).rjust(5, "0")
    end = f"{hexs(un)}{int.from_bytes(counter, 'big'):05}{value}".encode()
    return frame(
        "PM", b"12", token("709", imk), f"{option}{pan};00".encode(), counted(track, "03"), end,
        reply=b"PN00",
    )


def serial():
    counter = 0
    while not 1 <= counter.bit_count() <= 10:
        counter = rng.getrandbits(21) & rng.getrandbits(21)
    return (rng.getrandbits(59) << 21 | counter).to_bytes(10, "big")


def dukpt_macs():
    """GW: request and response keys, made and verified."""
    bdk, ksn, message = key(), serial(), data()
    method = rng.choice("01")
    transaction = pydukpt.derive_key(pydukpt.derive_ipek(bdk, ksn), ksn)
    session = (pydukpt.mac_request_key, pydukpt.mac_response_key)[int(method)](transaction)
    mac = hexs(psec.mac.generate_retail_mac(session[:8], session[8:], message, 1, 8)).encode()
    mode = rng.choice("0123")
    size = 8 if mode in "02" else 16
    given = mac[:size] if mode in "01" else b""
    made = mac[:size] if mode in "23" else b""
    return frame(
        "GW", (mode + method).encode(), token("009", bdk), b"609" + hexs(ksn).encode(), given,
        counted(message, "04d"), reply=b"GX00" + made,
    )


def initial_keys():
    """A0, modes A and B: initial keys under the LMK and under a ZMK."""
    bdk, zmk, ksn = key(), key(), serial()
    initial = pydukpt.derive_ipek(bdk, ksn)
    mode = rng.choice("AB")
    parts = [f"{mode}302U01".encode(), token("009", bdk), hexs(ksn)[:15].encode()]
    answer = token("302", initial)
    if mode == "B":
        parts += [b";0", token("000", zmk), b"X"]
        answer += b"X" + hexs(ecb(des(zmk), initial)).encode()
    return frame("A0", *parts, reply=b"A100" + answer + check_value(initial))


def moved_keys():
    """A6 and A8: keys under a ZMK in scheme X."""
    kind = rng.choice(["001", "002", "402", "003", "008", "009", "00A"])
    zmk, value = key(), key()
    outside = b"X" + hexs(ecb(des(zmk), value)).encode()
    if rng.random() < 0.5:
        parts = [kind.encode(), token("000", zmk), token(kind, value), b"X"]
        return frame("A8", *parts, reply=b"A900" + outside + check_value(value))
    parts = [kind.encode(), token("000", zmk), outside, b"U"]
    return frame("A6", *parts, reply=b"A700" + token(kind, value) + check_value(value))


MODES = {
    "00": lambda iv: modes.ECB(),
    "01": modes.CBC,
    "02": old_modes.CFB8,
    "03": old_modes.CFB,
}


def ciphered(k, mode, iv, message, decrypt=False):
    cipher = Cipher(des(k), MODES[mode](iv))
    turn = cipher.decryptor() if decrypt else cipher.encryptor()
    return turn.update(message) + turn.finalize()


def blocks():
    """M0, M2 and M4 in every mode, binary and hexadecimal."""
    code, mode, form = rng.choice(["M0", "M2", "M4"]), rng.choice(sorted(MODES)), rng.choice("01")
    kind, k, iv = rng.choice(["00A", "00B"]), key(), rng.randbytes(8)
    clear = rng.randbytes(8 * rng.randint(1, 6))
    sealed = ciphered(k, mode, iv, clear)

    def shown(value):
        return hexs(value).encode() if form == "1" else value

    def answer(last, value):
        vector = b"" if last is None else hexs(last).encode()
        return vector + counted(shown(value), "04X")

    vector = b"" if mode == "00" else hexs(iv).encode()
    last = None if mode == "00" else sealed[-8:]
    if code != "M4":
        given, made = (clear, sealed) if code == "M0" else (sealed, clear)
        parts = [(mode + form + form + kind).encode(), token(kind, k), vector, counted(shown(given), "04X")]
        return frame(code, *parts, reply=("M1" if code == "M0" else "M3").encode() + b"00" + answer(last, made))
    other, new, target = key(), rng.randbytes(8), rng.choice(sorted(MODES))
    made = ciphered(other, target, new, clear)
    parts = [
        (mode + target + form + form + kind).encode(), token(kind, k), b"00B", token("00B", other), vector,
        b"" if target == "00" else hexs(new).encode(), counted(shown(sealed), "04X"),
    ]
    return frame("M4", *parts, reply=b"M500" + answer(None if target == "00" else made[-8:], made))


def mac_of(k, algorithm, padding, message):
    if algorithm == "1":
        return psec.mac.generate_cbc_mac(k, message, padding, 8)
    return psec.mac.generate_retail_mac(k[:8], k[8:], message, padding, 8)


def messages():
    """M6, M8 and MY with algorithms and paddings by number; MA, MC, ME and MK with TAKs; MS."""
    code = rng.choice(["M6", "M8", "MY", "MA", "MC", "ME", "MK", "MS"])
    k, other, message = key(), key(), data()
    old, new = mac_of(k, "3", 1, message), mac_of(other, "3", 1, message)
    if code == "MA":
        return frame("MA", token("003", k), message, reply=b"MB00" + hexs(old)[:8].encode())
    if code == "MC":
        return frame("MC", token("003", k), hexs(old)[:8].encode(), message, reply=b"MD00")
    if code == "ME":
        parts = [token("003", k), token("003", other), hexs(old)[:8].encode(), message]
        return frame("ME", *parts, reply=b"MF00" + hexs(new)[:8].encode())
    if code == "MK":
        return frame("MK", token("003", k), counted(message, "03X"), reply=b"ML00" + hexs(old)[:8].encode())
    if code == "MS":
        parts = [b"0110", token("008", k), counted(message, "04X")]
        return frame("MS", *parts, reply=b"MT00" + hexs(old).encode())
    size, algorithm, padding = rng.choice("01"), rng.choice("13"), rng.randint(1, 3)
    cut = 8 if size == "0" else 16
    mac = hexs(mac_of(k, algorithm, padding, message))[:cut].encode()
    head = [f"00{size}{algorithm}{padding}008".encode(), token("008", k)]
    if code == "M6":
        return frame("M6", *head, counted(message, "04X"), reply=b"M700" + mac)
    if code == "M8":
        return frame("M8", *head, counted(message, "04X"), mac, reply=b"M900")
    to = [b"131003", token("003", other)]
    return frame("MY", *head, *to, counted(message, "04X"), mac, reply=b"MZ00" + hexs(new).encode())


def tables():
    """ED and CS: decimalisation tables under pair 18-19 variant 1."""
    clear = digits(16)
    sealed = hexs(ecb(des(lmk("104")), bytes.fromhex(clear))).encode()
    if rng.random() < 0.5:
        return frame("ED", clear.encode(), reply=b"EE00" + sealed)
    return frame("CS", sealed, reply=b"CT00")


def der(number):
    body = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return b"\x02" + length_of(body) + body


def length_of(body):
    size = len(body)
    if size < 0x80:
        return bytes([size])
    return bytes([0x81, size]) if size < 0x100 else bytes([0x82, size >> 8, size & 0xFF])


def public_keys():
    """EO and EQ: MACs on public keys, unsigned integers, with and without authentication data."""
    bits = rng.choice([512, 1024, 2048])
    modulus = rng.getrandbits(bits) | 1 << bits - 1 | 1
    body = der(modulus) + der(65537)
    public = b"\x30" + length_of(body) + body
    extra = digits(0, 12).encode()
    pair = lmk("00D")
    mac = psec.mac.generate_retail_mac(pair[:8], pair[8:], public + extra, 1, 4)
    if rng.random() < 0.5:
        return frame("EO", b"01", public, extra, reply=b"EP00" + mac + public)
    return frame("EQ", mac, public, extra, reply=b"ER00")


def codes():
    """CW and CY: card verification values."""
    k, pan, expiry, service = key(), digits(13, 19), digits(4), digits(3)
    value = psec.cvv.generate_cvv(k, pan, expiry, service)
    tail = f"{pan};{expiry}{service}".encode()
    if rng.random() < 0.5:
        return frame("CW", token("402", k), tail, reply=b"CX00" + value.encode())
    return frame("CY", token("402", k), value.encode(), tail, reply=b"CZ00")


FAMILIES = {
    "kq": arqc_of_old,
    "kw": arqc_of_new,
    "k2": truncated,
    "ks": authentication,
    "ku": lambda: scripts(False),
    "ky": lambda: scripts(True),
    "pm": dynamic_codes,
    "gw": dukpt_macs,
    "a0": initial_keys,
    "a6-a8": moved_keys,
    "m0-m2-m4": blocks,
    "macs": messages,
    "ed-cs": tables,
    "eo-eq": public_keys,
    "cw-cy": codes,
}


def host_commands():
    start_again()
    write(
        "host-commands",
        ["pyemv", "psec", "pydukpt", "cryptography"],
        "Commands and replies without length and header, under the variant test LMK, as bytes.",
        [table(name, "host-frame", ["command", "=reply"], make, FRAMES) for name, make in FAMILIES.items()],
    )
