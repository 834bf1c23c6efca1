"""The papers of on-boarding and the badges: their text read back, their size, their code as a picture."""

import io
import re
import subprocess

import segno
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from archive import actions as archive
from archive.models import Document
from caregivers.actions import badge as badges
from caregivers.actions import files, onboarding, posting
from caregivers.models import Caregiver
from caregivers.queries.badge import badge_url
from tests.caregivers import people

NAMES = [
    "李梅", "王秀兰", "欧阳建华", "司马玉兰英", "诸葛春燕小红", "阿依古丽买买提", "古丽巴哈尔买提江", "买买提江阿卜杜拉江",
    "阿卜杜热西提买买提江", "䶮㛃𬭎", "张海燕",
]  # fmt: skip


def render(document):
    """The PDF as it is stored."""
    archive.render(document_id=document.pk)
    document = Document.objects.select_related("file").get(pk=document.pk)
    with document.file.file.open() as file:
        return file.read()


def text_of(content):
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def sizes(content):
    return [
        [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] for page in PdfReader(io.BytesIO(content)).pages
    ]


def test_the_notice_names_everything_at_once_and_says_that_it_is_derived(in_maple, manager, course):
    caregiver = people.open_file(manager)
    content = render(onboarding.give_missing_notice(caregiver=caregiver, by=manager))
    text = text_of(content)
    assert sizes(content) == [[210, 297]]
    for expected in [
        "一次性告知单", "推定", "不是标准原文", "王秀兰", "0001", manager.name.replace(" ", ""), "本人签收",
        "1报名登记", "2资料核验", "3背景核查", "4健康体检", "5面试评估", "6岗前培训", "7岗前考核", "8监督考核制度告知",
        "9签订用工协议并投保", "缺少背景声明", "没有健康证明", "没有在有效期内的身份证", "不收取押金或者保证金",
    ]:  # fmt: skip
        assert expected in text
    assert "定级、发上岗证2" not in text
    assert people.IDENTITY not in text


def test_the_notice_leaves_out_what_is_done(in_maple, manager, course):
    caregiver = people.open_file(manager)
    onboarding.record_registration(caregiver=caregiver, by=manager, done_on=timezone.localdate(), is_informed=True)
    people.add_papers(caregiver, manager)
    text = text_of(render(onboarding.give_missing_notice(caregiver=caregiver, by=manager)))
    assert "5面试评估" in text
    assert "报名登记" not in text
    assert "健康体检" not in text


def test_the_posting_certificate_says_whose_it_is_and_on_what_it_stands(in_maple, manager, course):
    caregiver = people.posted(manager)
    certificate = caregiver.posting_certificates.get()
    content = render(certificate.document)
    assert sizes(content) == [[210, 148]]
    today = timezone.localdate()
    text = text_of(content)
    for expected in [
        "上岗证", "王秀兰", "0001", "女", f"SG-{today.year}-0001", f"{today.year}年{today.month}月{today.day}日",
        "普通居家养老服务员", "Maple居家养老服务有限公司", "6.1.1", "推定", "盖章处", "3***************45",
    ]:  # fmt: skip
        assert expected in text
    assert people.IDENTITY not in text


def test_the_certificate_keeps_the_level_of_its_day(in_maple, manager, course):
    caregiver = people.open_file(manager)
    people.add_papers(caregiver, manager, kinds=["elderly_care"], grade=4, number="YL-4")
    files.grant_level(caregiver=caregiver, by=manager, level=2, granted_on=timezone.localdate(), reason="证书已核验")
    people.reach_the_last_step(caregiver, manager, course)
    certificate = posting.post_caregiver(caregiver=caregiver, by=manager)
    assert "二星级居家养老服务员" in text_of(render(certificate.document))


def test_a_badge_has_the_size_of_a_badge_and_its_code_leads_to_its_page(in_maple, manager, course, tmp_path):
    caregiver = people.posted(manager)
    content = render(badges.print_badge(caregiver=caregiver, by=manager))
    assert sizes(content) == [[86, 54]]
    text = text_of(content)
    for expected in ["工号牌", "王秀兰", "工号0001", "普通服务员", "Maple", "监督电话0531-80000001", "扫码核验"]:
        assert expected in text
    expected = [list(row) for row in segno.make(badge_url(caregiver, 1), error="m").matrix]
    differing = sum(code != row for code, row in zip(code_on(content, tmp_path, len(expected)), expected, strict=True))
    assert differing == 0, f"{differing} rows of the code differ"


def code_on(content, folder, count):
    """The modules of a QR code of that many rows, read from a picture of the badge at its place."""
    (folder / "badge.pdf").write_bytes(content)
    subprocess.run(["pdftoppm", "-r", "600", "-png", "-singlefile", "badge.pdf", "badge"], cwd=folder, check=True)
    with Image.open(folder / "badge.png") as image:
        picture = image.convert("L").point(lambda grey: 0 if grey < 128 else 255)
    mm = 600 / 25.4
    left, top, side = (86 - 4 - 22) * mm, 23 * mm, 22 * mm
    cell = side / count
    return [
        [int(picture.getpixel((int(left + (x + 0.5) * cell), int(top + (y + 0.5) * cell))) == 0) for x in range(count)]
        for y in range(count)
    ]


def test_a_sheet_holds_ten_badges_and_every_name_in_full(in_maple, manager, course):
    caregivers = []
    first = people.posted(manager, name=NAMES[0])
    for place, name in enumerate(NAMES[1:], 1):
        twin = Caregiver.objects.get(pk=first.pk)
        twin.pk, twin.number, twin.name, twin.identity_hash = None, f"{place + 1:04}", name, f"{place:064}"
        twin._state.adding = True
        twin.save()
        caregivers.append(twin)
    content = render(badges.print_sheet(caregivers=[first, *caregivers], by=manager))
    pages = PdfReader(io.BytesIO(content)).pages
    assert sizes(content) == [[210, 297]] * 2
    texts = [re.sub(r"\s", "", page.extract_text()) for page in pages]
    assert [text.count("扫码核验") for text in texts] == [10, 1]
    for name in NAMES[:10]:
        assert name in texts[0]
    assert NAMES[10] in texts[1]
