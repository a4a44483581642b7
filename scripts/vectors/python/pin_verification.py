"""IBM 3624 and Visa PVV, by psec."""

import psec

from common import digits, hexs, key, rng, table, write

def pin_verification():
    def validation(pan, offset, length, pad):
        return pan[offset : offset + length].ljust(16, pad)

    def common():
        pvk = key(16, 24) if rng.random() < 0.9 else key(8) * 2
        length = rng.randint(4, 16)
        pan = digits(16, 19)
        start = rng.randint(0, len(pan) - length)
        return pvk, digits(16), pan, start, length, rng.choice("0123456789ABCDEF")

    def pin_of_offset():
        pvk, mapping, pan, start, length, pad = common()
        offset = digits(4, 12)
        pin = psec.pin.generate_ibm3624_pin(pvk, mapping, offset, pan, start, length, pad)
        return [hexs(pvk), mapping, offset, validation(pan, start, length, pad), pin]

    def offset_of_pin():
        pvk, mapping, pan, start, length, pad = common()
        pin = digits(4, 12)
        offset = psec.pin.generate_ibm3624_offset(pvk, mapping, pin, pan, start, length, pad)
        return [hexs(pvk), mapping, pin, validation(pan, start, length, pad), offset]

    def pvv():
        pvk, pvki, pin, pan = key(16), digits(1), digits(4, 12), digits(12, 19)
        return [hexs(pvk), pvki, pin, pan, psec.pin.generate_visa_pvv(pvk, pvki, pin[:4], pan)]

    shared = ["pvk", "decimalisationTable"]
    write(
        "pin-verification",
        ["psec"],
        "validationData: a part of the PAN, filled on the right with one hexadecimal digit.",
        [
            table("pin", "ibm3624", [*shared, "offset", "validationData", "=pin"], pin_of_offset),
            table("offset", "ibm3624", [*shared, "pin", "validationData", "=offset"], offset_of_pin),
            table("pvv", "pvv", ["pvk", "pvki", "pin", "pan", "=pvv"], pvv),
        ],
    )

