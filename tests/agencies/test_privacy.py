"""What a mask shows and what it hides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.privacy import mask_address, mask_identity, mask_name, mask_phone


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (mask_name, "李明", "李*"),
        (mask_name, "段淑珍", "段**"),
        (mask_name, "欧阳明", "欧阳*"),
        (mask_name, "欧阳淑珍", "欧阳**"),
        (mask_name, "欧阳", "欧*"),  # a surname 欧 with the name 阳
        (mask_name, "李", "李"),
        (mask_name, "", ""),
        (mask_phone, "13812341234", "138****1234"),
        (mask_phone, "0531-80000000", "0531*******00"),
        (mask_phone, "0531800000", "0531****00"),
        (mask_phone, "12345", "*****"),
        (mask_phone, "", ""),
        (mask_identity, "11010519491231002X", "1***************2X"),
        (mask_identity, "E1234567", "E*****67"),
        (mask_identity, "123", "***"),
        (mask_identity, "", ""),
        (mask_address, "济南市历下区经十路1号", "济南市********"),
        (mask_address, "经十路1号", "*****"),
        (mask_address, "山东省济南市历下区经十路100号1号楼2单元302室", "山东省济南市历下区经十路1" + "*" * 13),
        (mask_address, "", ""),
    ],
)
def test_masks(mask, value, shown):
    assert mask(value) == shown


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_number_never_shows_its_middle(phone):
    assert mask_phone(phone) == phone[:3] + "****" + phone[7:]


@given(st.text(max_size=40))
def test_a_mask_keeps_the_length_and_hides_something_of_anything_longer_than_a_letter(text):
    for mask in (mask_name, mask_identity, mask_address):
        assert len(mask(text)) == len(text)
    assert len(text) < 2 or all(mask(text)[1:].count("*") for mask in (mask_name, mask_identity, mask_address))
