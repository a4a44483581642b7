"""CVV by psec, CVC3 by pyemv."""

import psec
from pyemv import cvv as emv_cvv
from pyemv import kd as emv_kd

from common import digits, hexs, key, rng, table, write

def card_values():
    def cvv():
        cvk, pan, expiry, code = key(16), digits(12, 19), digits(4), digits(3)
        return [hexs(cvk), pan, expiry, code, psec.cvv.generate_cvv(cvk, pan, expiry, code)]

    def cvc3():
        imk, pan, psn = key(16), digits(13, 16), digits(2)
        track, atc, un = rng.randbytes(rng.randint(1, 60)), rng.randbytes(2), rng.randbytes(4)
        card = emv_kd.derive_icc_mk_a(imk, pan, psn)
        value = emv_cvv.generate_cvc3(card, track, atc, un)
        return [hexs(imk), pan, psn, hexs(track), hexs(atc), hexs(un), value]

    inputs = ["imk", "pan", "psn", "track", "atc", "un", "=cvc3"]
    write(
        "card-values",
        ["psec", "pyemv"],
        "Same operations as card-values.json.",
        [
            table("cvv", "cvv", ["cvk", "pan", "expiry", "serviceCode", "=cvv"], cvv),
            table("cvc3", "cvc3", inputs, cvc3),
        ],
    )

