"""Personal data is masked wherever it stands in a text, and ids stay readable."""

import uuid
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kernel import scrubbing

around = st.sampled_from(["", " ", "(", '"', ": ", "\n", "/", "="])
gaps = st.sampled_from(["", " ", "-", "."])
mail = st.emails(domains=st.sampled_from(["contoh.id", "kab-blitar.go.id", "sub.contoh.co.id"])).filter(
    lambda address: all(character.isalnum() or character in ".+-_" for character in address.partition("@")[0])
)


@given(digits=st.from_regex(r"\A[1-9][0-9]{15}\Z"), gap=gaps, before=around, after=around)
def test_a_nik_is_masked_in_every_grouping(digits, gap, before, after):
    grouped = gap.join(digits[start : start + 4] for start in range(0, 16, 4))
    assert scrubbing.text(f"{before}{grouped}{after}") == f"{before}[nik]{after}"


@given(prefix=st.sampled_from(["0", "62", "+62"]), rest=st.from_regex(r"\A[1-9][0-9]{8,9}\Z"), gap=gaps)
def test_a_mobile_number_is_masked_in_every_spelling(prefix, rest, gap):
    number = f"{prefix}{gap}8{rest[:2]}{gap}{rest[2:6]}{gap}{rest[6:]}"
    assert scrubbing.text(f"HP {number}.") == "HP [phone]."


@given(address=mail, before=around)
def test_an_e_mail_address_is_masked(address, before):
    masked = scrubbing.text(f"{before}{address} lagi")
    assert masked.endswith("[email] lagi") and address not in masked


@given(
    value=st.sampled_from(["3505 0141 0790 0001", "+62 812 3456 7890", "siti@contoh.id"]),
    before=st.sampled_from(["", " ", "/", "x "]),
    times=st.integers(1, 3),
)
def test_encoding_hides_nothing(value, before, times):
    encoded = f"{before}{value}"
    for _time in range(times):
        encoded = quote(encoded, safe="")
    masked = scrubbing.text(f"/cari/{encoded}/")
    assert "[" in masked and not any(part in masked for part in ("0141", "3456", "siti"))


@given(st.uuids())
@example(uuid.UUID("827fb925-eb4a-b163-5021-598403035a9f"))  # with a NIK's digits inside
def test_a_uuid_stays(value: uuid.UUID):
    assert scrubbing.text(f"id {value}") == f"id {value}"


@pytest.mark.parametrize(
    "harmless",
    [
        "2026-11-24T11:03:21.123456Z", "1.819 balai, 3.172 baris", "127.0.0.1:8000", "Rp 12.500.000",
        "File platform/hub/centres/hosts.py, line 118, in resolve", "test_a_streamed_answer_stays_in_its_centre",
    ],
)  # fmt: skip
def test_what_operators_need_stays(harmless):
    assert scrubbing.text(harmless) == harmless


def test_the_key_of_a_link_is_masked():
    key = "Q14hw_KA3BLe9rQpZJzGNN-ZNFbnNvQq0ttkZ87ja_Y"
    assert scrubbing.text(f"Not Found: /undangan/{key}/") == "Not Found: /undangan/[token]/"


def test_nested_values_are_scrubbed_and_telling_keys_emptied():
    given = {"daftar": [("a@contoh.id", 3505014107900001, None, True, 5)], "Authorization": "Bearer x", "password": 1}
    assert scrubbing.anything(given) == {
        "daftar": [["[email]", "[nik]", None, True, 5]], "Authorization": "[removed]", "password": "[removed]"
    }  # fmt: skip
    assert scrubbing.anything(b"a@contoh.id") == "[email]"
    assert scrubbing.anything(ValueError("0812 3456 7890")) == "[phone]"
