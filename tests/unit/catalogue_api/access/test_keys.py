"""Keys are known by their form; a mistyped or invented one is told without a database."""

import re
from uuid import UUID, uuid4

from catalogue_api.access.keys import ALPHABET, checksum, digest, make_key, parse_key

ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def test_a_key_says_its_id_and_nothing_of_what_is_kept() -> None:
    key = make_key(ID)
    assert key.text.startswith(f"cat_{ID.hex}_")
    assert parse_key(key.text) == ID
    assert len(key.digest) == 32
    assert key.digest.hex() not in key.text
    assert key.text.endswith(key.last_four)


def test_two_keys_of_one_id_differ() -> None:
    one, other = make_key(ID), make_key(ID)
    assert one.text != other.text
    assert one.digest != other.digest


def test_any_one_character_that_is_changed_is_noticed() -> None:
    text = make_key(ID).text
    for place in range(len(text)):
        other = "x" if text[place] != "x" else "y"
        assert parse_key(text[:place] + other + text[place + 1 :]) is None


def test_a_scanner_knows_keys_in_other_text() -> None:
    key = make_key(uuid4()).text
    found = re.findall(r"\bcat_[0-9a-f]{32}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\b", f'KEY="{key}" # ours')
    assert found == [key]


def test_what_is_no_key_is_none() -> None:
    for text in ("", "cat_", "cat__x_y", make_key(ID).text.upper(), make_key(ID).text + "0", "é" * 90):
        assert parse_key(text) is None


def test_a_checksum_is_the_crc_32_in_base_62() -> None:
    # CRC-32's check value is 0xCBF43926: https://reveng.sourceforge.io/crc-catalogue/17plus.htm
    places = [ALPHABET.index(character) for character in checksum("123456789")]
    assert sum(place * 62**power for power, place in enumerate(reversed(places))) == 0xCBF43926
    assert len(checksum("")) == 6


def test_a_digest_is_that_of_sha_256() -> None:
    assert digest("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
