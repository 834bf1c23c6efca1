"""Excel in: every row judged before anything is saved, all of a file saved or nothing, and the file forgotten."""

import datetime as dt
import io
import json
import zipfile

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import Workbook, load_workbook

from agencies import imports, sheets
from agencies.imports import Importer
from agencies.models import Import, Role
from agencies.tenancy import agency_context
from caregivers.models import Caregiver, Course, Credential, ExamResult
from tests.factories import make_member, make_one

HEADS = ["姓名*", "证件类型*", "证件号码*", "手机号*", "家庭住址", "文化程度*", "用工性质*", "用工形式*", "入职日期*"]
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def identity(place):
    """An invented resident identity number, born on 1 January 1980, with its check digit (GB 11643)."""
    body = f"37010219800101{place:03}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def person(place, **changes):
    row = {
        "name": "赵春梅",
        "type": "居民身份证",
        "number": identity(place),
        "phone": f"1360531{place:04}",
        "address": "济南市历下区泺文路12号",
        "education": "初中",
        "employment": "专职",
        "forms": "钟点工、全日制工",
        "hired": dt.date(2026, 11, 2),
    }
    return list({**row, **changes}.values())


def excel(rows, heads=HEADS):
    book = Workbook()
    for row in [heads, *rows]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def coordinator(maple):
    return make_member(maple, Role.COORDINATOR).user


def start(content, by, importer="caregivers"):
    with translation.override("zh-hans"):
        return imports.start_import(importer=Importer.by_name[importer], name="名单.xlsx", content=content, by=by)


def checked(rows, by, importer="caregivers", heads=HEADS):
    run = start(excel(rows, heads), by, importer)
    imports.check_import(import_id=run.pk)
    run.refresh_from_db()
    return run


def saved(run, by):
    imports.confirm_import(run=run, by=by)
    imports.save_import(import_id=run.pk)
    run.refresh_from_db()
    return run


def problems(run):
    with translation.override("zh-hans"):
        return imports.findings_of(run, 100)


def test_rows_are_checked_first_and_saved_when_somebody_says_so(in_maple, coordinator):
    run = checked([person(1), person(3, name="钱小红", forms="全日制工（24 小时）")], coordinator)
    assert (run.state, run.row_count, run.wrong_count) == ("checked", 2, 0)
    assert not Caregiver.objects.exists()
    run = saved(run, coordinator)
    assert (run.state, run.rows, run.problems) == ("done", "", "")
    first, second = Caregiver.objects.order_by("number")
    assert (first.number, first.name, first.identity_number, first.birth_date, first.sex) == (
        *("0001", "赵春梅", identity(1), dt.date(1980, 1, 1), "male"),
    )
    assert (first.phone, first.education, first.employment) == ("13605310001", "junior_high", "full_time")
    assert first.work_forms == ["hourly", "live_in"]
    assert (first.hired_on, first.state) == (dt.date(2026, 11, 2), "onboarding")
    assert (second.number, second.name, second.history.count()) == ("0002", "钱小红", 1)


def test_every_problem_of_every_row_is_named_at_once_and_nothing_is_saved(in_maple, coordinator):
    mistyped = identity(3)[:16] + "5" + identity(3)[17:]
    rows = [
        person(1),
        person(2, name="", phone="1360531", education="博士后"),
        person(3, number=mistyped),
        person(1, name="孙丽"),
    ]
    run = checked(rows, coordinator)
    assert (run.row_count, run.wrong_count) == (4, 3)
    found = dict(problems(run))
    assert list(found) == ["3", "4", "5"]
    assert [text.split(":")[0] for text in found["3"]] == ["姓名", "手机号", "文化程度"]
    assert found["3"][2].endswith("请填写以下之一：小学 / 初中 / 高中 / 大专 / 本科及以上")
    assert [text.split(":")[0] for text in found["4"]] == ["证件号码"]
    assert found["5"] == ["与文件第 2 行相同。"]
    assert not Caregiver.objects.exists()
    with pytest.raises(ValidationError):
        imports.confirm_import(run=run, by=coordinator)
    imports.save_import(import_id=run.pk)
    assert not Caregiver.objects.exists()


def test_the_dry_run_takes_no_number(in_maple, coordinator):
    checked([person(1), person(2)], coordinator)
    run = checked([person(1)], coordinator)
    saved(run, coordinator)
    assert Caregiver.objects.get().number == "0001"


def test_what_was_saved_meanwhile_refuses_the_whole_file(in_maple, coordinator):
    run = checked([person(1), person(2)], coordinator)
    saved(checked([person(2)], coordinator), coordinator)
    run = saved(run, coordinator)
    assert (run.state, run.wrong_count) == ("checked", 1)
    [(number, texts)] = problems(run)
    assert number == "3"
    assert "0001" in texts[0]
    assert Caregiver.objects.count() == 1


def test_a_file_is_worked_through_once(in_maple, coordinator):
    run = checked([person(1)], coordinator)
    imports.check_import(import_id=run.pk)
    run = saved(run, coordinator)
    imports.save_import(import_id=run.pk)
    assert Caregiver.objects.count() == 1
    with pytest.raises(ValidationError):
        imports.confirm_import(run=run, by=coordinator)
    with pytest.raises(ValidationError):
        imports.drop_import(run=run, by=coordinator)


def test_37_wrong_rows_of_many_come_back_marked_on_top_and_the_mended_file_is_taken(in_maple, coordinator):
    wrong = set(range(5, 5 + 37 * 5, 5))
    rows = [person(place, **({"phone": "1360531"} if place in wrong else {})) for place in range(1, 201)]
    run = checked(rows, coordinator)
    assert (run.row_count, run.wrong_count) == (200, 37)
    with translation.override("zh-hans"):
        sheet = load_workbook(io.BytesIO(imports.marked_file(run))).active
    heads = [cell.value for cell in sheet[1]]
    phone, to_mend = heads.index("手机号*") + 1, heads.index("要改的地方") + 1
    assert sheet.max_row == 201
    for row in range(2, 39):
        cell = sheet.cell(row, phone)
        assert (cell.value, cell.fill.fgColor.rgb) == ("1360531", "00FFF2CC")
        assert cell.comment.text in sheet.cell(row, to_mend).value
    assert [sheet.cell(row, to_mend).value for row in range(39, 202)] == [None] * 163
    for row in range(2, 39):
        sheet.cell(row, phone).value = f"1370531{row:04}"
    buffer = io.BytesIO()
    sheet.parent.save(buffer)
    again = start(buffer.getvalue(), coordinator)
    imports.check_import(import_id=again.pk)
    again.refresh_from_db()
    assert (again.row_count, again.wrong_count, again.unknown_heads) == (200, 0, [])
    saved(again, coordinator)
    assert Caregiver.objects.count() == 200


def test_what_stands_in_a_file_is_encrypted_and_forgotten(in_maple, coordinator):
    run = checked([person(1, phone="1360531")], coordinator)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rows, problems FROM agencies_import WHERE id = %s", [run.pk])
        stored = " ".join(cursor.fetchone())
    assert identity(1) not in stored
    assert "赵春梅" not in stored
    with time_machine.travel(timezone.now() + dt.timedelta(days=6, hours=23), tick=False):
        imports.tend_imports()
    run.refresh_from_db()
    assert run.state == "checked"
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, hours=1), tick=False):
        imports.tend_imports()
    run.refresh_from_db()
    assert (run.state, run.rows, run.problems) == ("dropped", "", "")


def test_files_that_are_none_are_refused_with_what_to_do(in_maple, coordinator):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b" " * (sheets.MAX_UNPACKED + 1))
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as package:
        package.writestr("xl/workbook.xml", b"<workbook/>")
    for content, text in [
        (b"name,phone\n", "不是 .xlsx 格式的 Excel 文件"),
        (bomb.getvalue(), "远不止表格文字"),
        (broken.getvalue(), "无法读取"),
        (excel([]), "表头下面没有数据"),
        (excel([["x"]], ["备注"]), "缺少这些列：姓名、证件类型、证件号码、手机号"),
        (excel([[str(place)] for place in range(sheets.MAX_ROWS + 1)], ["姓名"]), "超过 5000 行"),
    ]:
        with pytest.raises(ValidationError) as refusal:
            start(content, coordinator)
        assert text in refusal.value.messages[0]
    assert not Import.objects.exists()


def test_cells_are_read_as_people_write_them():
    with translation.override("zh-hans"):
        form = Importer.by_name["caregivers"].form()
        day, forms_ = form.fields["hired_on"], form.fields["work_forms"]
        for text in ["2026-11-02", "2026/11/2", "2026.11.02", "2026年11月2日", "2026-11-02 00:00:00"]:
            assert sheets.typed_into(day, text) == "2026-11-02"
        assert sheets.typed_into(day, "下周一") == "下周一"
        for text in ["钟点工，全日制工", "钟点工/全日制工", "hourly; live_in"]:
            assert sheets.typed_into(forms_, text) == ["hourly", "live_in"]
        assert sheets.typed_into(form.fields["education"], "初中") == "junior_high"
        assert sheets.typed_into(form.fields["education"], "Junior high school") in (
            "junior_high",
            "Junior high school",
        )
    assert sheets.text_of(13605310001.0) == "13605310001"
    assert sheets.text_of(dt.datetime(2026, 11, 2)) == "2026-11-02"
    assert sheets.text_of(None) == ""
    assert sheets.text_of("  赵 ") == "赵"


def test_the_template_explains_itself_and_can_be_sent_back(in_maple, coordinator):
    with translation.override("zh-hans"):
        book = load_workbook(io.BytesIO(Importer.by_name["caregivers"].template()))
    sheet, guide = book.worksheets
    heads = [cell.value for cell in sheet[1]]
    assert heads[:3] == ["姓名*", "证件类型*", "证件号码*"]
    assert sheet.cell(2, 3).number_format == "@"
    assert {row[0].value for row in guide.iter_rows(min_row=2)} == {head.rstrip("*") for head in heads}
    values = dict(zip(HEADS, person(1), strict=True))
    for place, head in enumerate(heads, 1):
        sheet.cell(2, place).value = values.get(head)
    buffer = io.BytesIO()
    book.save(buffer)
    run = start(buffer.getvalue(), coordinator)
    imports.check_import(import_id=run.pk)
    run.refresh_from_db()
    assert (run.row_count, run.wrong_count) == (1, 0)


def test_papers_find_their_caregiver_by_number_and_name(in_maple, coordinator):
    saved(checked([person(1)], coordinator), coordinator)
    heads = ["工号", "姓名", "类别", "等级", "编号", "发证单位", "发证日期", "有效期至", "我已核验原件并当场归还"]
    health = ["1", "赵春梅", "健康证明", "", "JK-1", "济南市疾控中心", "2026-11-01", "2027-10-31", "是"]
    rows = [
        health,
        ["0001", "钱小红", *health[2:]],
        ["0009", *health[1:]],
        [*health[:4], "JK-2", "济南市疾控中心", "2026-11-01", "2026-10-31", "也许"],
        health,
    ]
    run = checked(rows, coordinator, "credentials", heads)
    found = dict(problems(run))
    assert found["3"] == ["姓名: 这个工号是别人的，请核对工号和姓名。"]
    assert found["4"] == ["工号: 没有这个工号的服务员。"]
    assert [text.split(":")[0] for text in found["5"]] == ["有效期至", "我已核验原件并当场归还"]
    assert found["6"] == ["与文件第 2 行相同。"]
    saved(checked([health], coordinator, "credentials", heads), coordinator)
    paper = Credential.objects.get()
    assert (paper.caregiver.number, paper.kind, paper.expires_on) == ("0001", "health", dt.date(2027, 10, 31))
    assert (paper.verified_by, paper.verified_on) == (coordinator, timezone.localdate())
    run = checked([health], coordinator, "credentials", heads)
    assert problems(run) == [("2", ["编号: 这份证件已在档案中。"])]


def test_exam_results_find_caregiver_and_course_by_name(in_maple, coordinator):
    saved(checked([person(1)], coordinator), coordinator)
    course = make_one(Course, name="消防演练", kind="further", level=None, hours=3, pass_mark=60)
    make_one(Course, name="旧课程", kind="further", level=None, hours=3, is_active=False)
    heads = ["工号", "姓名", "课程", "考核部分", "得分", "考核日期", "考官"]
    passed = ["1", "赵春梅", "消防演练", "理论", "60", "2026-11-01", "刘芳"]
    rows = [
        passed,
        [*passed[:2], "旧课程", *passed[3:]],
        [*passed[:4], "101", "2099-01-01", "刘芳"],
        [*passed[:3], "实操", "59", "2026-11-01", "刘芳"],
        passed,
    ]
    run = checked(rows, coordinator, "exam_results", heads)
    found = dict(problems(run))
    assert set(found) == {"3", "4", "6"}
    assert found["3"] == ["课程: 没有这个名称的在开课程。"]
    assert [text.split(":")[0] for text in found["4"]] == ["得分", "考核日期"]
    assert found["6"] == ["与文件第 2 行相同。"]
    assert not ExamResult.objects.exists()
    saved(checked([rows[0], rows[3]], coordinator, "exam_results", heads), coordinator)
    results = ExamResult.objects.order_by("part").values_list(
        "caregiver__number", "course", "part", "score", "is_passed"
    )
    assert list(results) == [("0001", course.pk, "practice", 59, False), ("0001", course.pk, "theory", 60, True)]


def test_the_page_from_upload_to_saved_rows(client, maple, django_capture_on_commit_callbacks):
    member = make_member(maple, Role.COORDINATOR)
    client.force_login(member.user)
    new = reverse("import_new", args=["maple", "caregivers"])
    assert "下载模板" in client.get(new).content.decode()
    file = SimpleUploadedFile("名单.xlsx", excel([person(1), person(2, phone="1360531")]))
    response = client.post(new, {"sheet": file})
    with agency_context(maple):
        run = Import.objects.get()
        assert response.url == reverse("import_page", args=["maple", run.pk])
        imports.check_import(import_id=run.pk)
    page = client.get(response.url).content.decode()
    assert "2 行中有 1 行要改" in page
    assert "手机号" in page
    marked = client.get(reverse("import_marked", args=["maple", run.pk]))
    assert load_workbook(io.BytesIO(marked.content)).active.cell(2, 1).value == "赵春梅"
    client.post(reverse("import_drop", args=["maple", run.pk]))
    file = SimpleUploadedFile("名单.xlsx", excel([person(1)]))
    response = client.post(new, {"sheet": file})
    with agency_context(maple):
        run = Import.objects.get(state="checking")
        imports.check_import(import_id=run.pk)
    assert "保存 1 行" in client.get(response.url).content.decode()
    client.post(reverse("import_save", args=["maple", run.pk]))
    with agency_context(maple):
        imports.save_import(import_id=run.pk)
    assert "已保存 1 行" in client.get(response.url).content.decode()
    assert "名单.xlsx" in client.get(reverse("import_list", args=["maple"])).content.decode()


def test_a_file_is_nobody_elses_and_needs_the_right(client, maple):
    owner = make_member(maple, Role.COORDINATOR).user
    with agency_context(maple):
        run = checked([person(1, phone="1360531")], owner)
    client.force_login(make_member(maple, Role.MANAGER).user)
    for name in ("import_page", "import_marked"):
        assert client.get(reverse(name, args=["maple", run.pk])).status_code == 404
    assert client.post(reverse("import_drop", args=["maple", run.pk])).status_code == 404
    client.force_login(make_member(maple, Role.ARCHIVIST).user)
    assert client.get(reverse("import_new", args=["maple", "caregivers"])).status_code == 403
    assert client.get(reverse("import_new", args=["maple", "nothing"])).status_code == 404


def test_a_row_costs_the_same_however_many_there_are(in_maple, coordinator):
    def cost(rows):
        run = start(excel(rows), coordinator)
        with CaptureQueriesContext(connection) as captured:
            imports.check_import(import_id=run.pk)
        return len([query for query in captured if query["sql"].startswith(("SELECT", "INSERT", "UPDATE"))])

    one = cost([person(1)])
    assert cost([person(place) for place in range(1, 11)]) - one == 9 * (one - 2)


def test_what_was_kept_says_nothing_of_the_rows(in_maple, coordinator):
    run = checked([person(1)], coordinator)
    assert json.loads(run.rows)[0][0] == 2
    imports.drop_import(run=run, by=coordinator)
    run.refresh_from_db()
    assert (run.state, run.rows) == ("dropped", "")
