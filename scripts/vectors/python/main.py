"""Writes the files of random cases that Python packages answer: `python main.py FOLDER`.

The first seven draw from one stream of numbers, in this order; the others start again.
"""

import seeded  # noqa: F401  (before anything draws)
from cap import one_time_codes, signed_data
from card_values import card_values
from ciphers import ciphers, deciphered
from common import OUT
from dukpt_aes import dukpt_aes
from dukpt_tdes import dukpt_tdes, dukpt_terminal
from emv_aes import emv_aes
from emv_data import data_authentication
from emv_faults import data_faults
from emv_keys import emv
from host_commands import host_commands
from key_block_wrap import wrapped
from key_blocks import key_blocks
from macs import macs, streams
from older import american_express, older_blocks
from pin_blocks import pin_blocks
from pin_verification import pin_verification

IN_ORDER = (pin_blocks, pin_verification, card_values, macs, ciphers, key_blocks, dukpt_tdes)
EACH_ALONE = (
    streams, deciphered, dukpt_terminal, dukpt_aes, wrapped, older_blocks, american_express,
    one_time_codes, signed_data, emv, emv_aes, data_authentication, data_faults,
    host_commands,
)

OUT.mkdir(parents=True, exist_ok=True)
for generate in IN_ORDER + EACH_ALONE:
    generate()
