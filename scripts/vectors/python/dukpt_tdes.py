"""DUKPT with triple DES, by pydukpt."""

import pydukpt

from common import hexs, key, rng, start_again, table, write

def dukpt_tdes():
    def make():
        bdk = key(16)
        counter = 0
        while not 1 <= counter.bit_count() <= 10:
            counter = rng.getrandbits(21) & rng.getrandbits(21)
        ksn = (rng.getrandbits(59) << 21 | counter).to_bytes(10, "big")
        ipek = pydukpt.derive_ipek(bdk, ksn)
        k = pydukpt.derive_key(ipek, ksn)
        uses = (pydukpt.pin_key, pydukpt.mac_request_key, pydukpt.mac_response_key,
                pydukpt.data_request_key, pydukpt.data_response_key)
        return [hexs(bdk), hexs(ksn), hexs(ipek), hexs(k), *[hexs(use(k)) for use in uses]]

    columns = ["bdk", "ksn", "=ik", "=transactionKey", "=pinKey", "=macRequestKey",
               "=macResponseKey", "=dataRequestKey", "=dataResponseKey"]
    write(
        "dukpt-tdes",
        ["pydukpt"],
        "Same operation as dukpt-tdes.json.",
        [table("tdes", "dukpt-tdes", columns, make)],
    )


def dukpt_terminal():
    start_again()

    def make():
        bdk, counter = key(16), 0
        while not 1 <= counter.bit_count() <= 10:
            counter = rng.getrandbits(21) & rng.getrandbits(21)
        first = (rng.getrandbits(59) << 21 | counter).to_bytes(10, "big")
        steps, ksn = rng.randint(1, 5), first
        try:
            for _ in range(steps - 1):
                ksn = pydukpt.next_ksn(ksn)
        except ValueError:  # spent: the highest counter was the last
            return make()
        k = pydukpt.derive_key(pydukpt.derive_ipek(bdk, ksn), ksn)
        return [hexs(bdk), hexs(first), steps, hexs(ksn), hexs(k)]

    write(
        "dukpt-tdes-terminal",
        ["pydukpt"],
        "What a terminal at ksn sends as its transaction number steps.",
        [table("terminal", "dukpt-tdes-terminal", ["bdk", "ksn", "steps", "=ksn", "=transactionKey"], make)],
    )
