"""Tags and filters of every page."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django import forms
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import SafeString

from carecenter.templatetags import ui
from clients.forms.files import ClientForm
from tests.factories import make_member

CHINA = dt.timezone(dt.timedelta(hours=8))


def render(source: str, language: str = "en", **context) -> str:
    with translation.override(language):
        return Template(source).render(Context(context))


def hours_from(start: dt.datetime, hours: float) -> DateTimeTZRange:
    return DateTimeTZRange(start, start + dt.timedelta(hours=hours))


def test_icon_is_inline_and_silent():
    svg = render('{% icon "phone" %}')
    assert svg.startswith('<svg class="icon" viewBox="0 0 24 24"')
    assert 'aria-hidden="true"' in svg
    assert svg.count("<path") == 1
    assert "style=" not in svg


def test_unknown_icon_raises():
    with pytest.raises(FileNotFoundError):
        render('{% icon "no-such-icon" %}')


@pytest.mark.parametrize(
    ("value", "tone", "sign"),
    [
        ("missed", "wrong", "●"),
        ("unassigned", "waiting", "▲"),
        ("in_progress", "running", "◐"),
        ("done", "done", "✓"),
        ("planned", "quiet", "○"),
    ],
)
def test_state_has_colour_sign_and_word(value, tone, sign):
    html = render("{% state value label %}", value=value, label="a <word>")
    assert html == (f'<span class="state state-{tone}"><span aria-hidden="true">{sign}</span> a &lt;word&gt;</span>')


def test_state_of_a_label_that_may_hold_markup_lends_it_to_no_other():
    render("{% state value label %}", value="done", label=SafeString("<i>x</i>"))
    assert "&lt;i&gt;x&lt;/i&gt;" in render("{% state value label %}", value="done", label="<i>x</i>")


def test_select_says_what_djangos_own_says():
    widget = forms.Select(
        attrs={"required": True, "data-x": '"'},
        choices=[("", "—"), (1, "a <b>"), (None, "none"), ("group", [("x", "x"), (True, "yes")])],
    )
    for value in ("", 1, "x", None, "no choice"):
        context = {"widget": widget.get_context("name", value, {"id": "i"})["widget"]}
        ours, theirs = (
            "".join(renderer.render("django/forms/widgets/select.html", context).split())
            for renderer in (TemplatesSetting(), DjangoTemplates())
        )
        assert ours == theirs


def test_no_state_has_two_tones():
    values = [value for tone in ui.TONES.values() for value in tone]
    assert len(values) == len(set(values))


def test_chip_says_its_state_beside_the_colour():
    html = render('{% chip "/v/1/" "08:30" "李* · 2 h" "late" "Late" %}')
    assert html == (
        '<a class="chip chip-late" href="/v/1/"><time>08:30</time> 李* · 2 h <span aria-hidden="true">●</span>'
        '<span class="visually-hidden">Late</span></a>'
    )


def test_chip_without_address_is_no_link():
    assert render('{% chip "" "" "Leave" "absence" %}').startswith('<span class="chip chip-absence">')


def test_addresses_carry_the_agency(in_maple):
    assert render('{% office "client_file" 7 %}') == "/maple/clients/7/"
    assert render('{% office "client_file" client_pk=7 %}') == "/maple/clients/7/"
    assert render('{% public "public:agency" %}').startswith("/p/maple/")


def test_page_head_keeps_buttons_and_escapes_words():
    html = render('{% page_head title "7 rows" %} <a href="/">Go</a> {% endpage_head %}', title="<b>")
    assert "<h1>&lt;b&gt;</h1>" in html
    assert '<div class="actions"><a href="/">Go</a></div>' in html
    assert "actions" not in render('{% page_head "Title" %} {% endpage_head %}')


def test_card_has_title_link_and_content():
    html = render('{% card "Facts" "/all/" "All" %}<p>{{ x }}</p>{% endcard %}', x="<i>")
    assert "<h2>Facts</h2>" in html
    assert '<a href="/all/">All</a>' in html
    assert '<div class="card-body"><p>&lt;i&gt;</p></div>' in html
    assert '<div class="scroll">' in render('{% card "T" kind="table" %}<table></table>{% endcard %}')


def test_tile_opens_its_rows_and_shows_zero():
    tile = '{% include "ui/tile.html" with n=n url="/rows/" label="late" tone="wrong" %}'
    assert 'class="tile tile-wrong" href="/rows/"><b>2</b>' in render(tile, n=2)
    assert 'class="tile tile-zero" href="/rows/"><b>0</b>' in render(tile, n=0)


def test_sparkline_draws_attributes_only():
    html = render('{% sparkline figures "Share" %}', figures=[1, 3, 2])
    assert 'points="4.0,36.0 120.0,4.0 236.0,20.0"' in html
    assert '<circle cx="236.0" cy="20.0" r="3.5"/>' in html
    assert 'aria-label="Share: 1, 3, 2"' in html
    assert "style" not in html


def test_sparkline_of_equal_figures_is_flat_and_of_one_is_nothing():
    assert 'points="4.0,36.0 236.0,36.0"' in render('{% sparkline figures "x" %}', figures=[5, 5])
    assert render('{% sparkline figures "x" %}', figures=[5]) == ""


def test_definition_opens_by_itself():
    html = render("{% definition text %}", text="All < answers")
    assert html.startswith('<details class="definition"><summary>')
    assert "<p>All &lt; answers</p>" in html


def test_money():
    assert ui.money(Decimal(1980)) == "¥1,980.00"
    assert ui.money(Decimal("-30.5")) == "-¥30.50"
    assert ui.money(None) == ""


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        (dt.datetime(2026, 11, 23, 8, 30, tzinfo=CHINA), 2, "08:30–10:30"),
        (dt.datetime(2026, 11, 23, 22, 0, tzinfo=CHINA), 8, "22:00–next day 06:00"),
        (dt.datetime(2026, 11, 23, 9, 0, tzinfo=CHINA), 24, "09:00–next day 09:00"),
        (dt.datetime(2026, 11, 23, 9, 0, tzinfo=CHINA), 49, "09:00–25 Nov 10:00"),
        (dt.datetime(2026, 11, 23, 0, 30, tzinfo=dt.UTC), 1, "08:30–09:30"),
    ],
)
def test_period(start, hours, expected):
    with translation.override("en"):
        assert ui.period(hours_from(start, hours)) == expected


def test_duration_and_hours():
    with translation.override("en"):
        assert ui.duration(hours_from(dt.datetime(2026, 11, 23, 8, tzinfo=CHINA), 2)) == "2 h"
        assert ui.duration(hours_from(dt.datetime(2026, 11, 23, 22, tzinfo=CHINA), 24.5), "short") == "24.5h"
        assert ui.hours(90) == "1.5 h"
        assert ui.hours(None) == ""


def test_day_names_the_weekday_of_the_local_date():
    late = dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)  # Monday 01:00 in China
    with translation.override("zh-hans"), time_machine.travel(dt.datetime(2025, 12, 31, 16, tzinfo=dt.UTC)):
        assert ui.day(dt.date(2026, 11, 23)) == "11月23日 周一"
        assert ui.day(late) == "11月23日 周一"
        assert ui.day(dt.date(2025, 12, 31)) == "2025年12月31日 周三"
    with translation.override("en"), time_machine.travel(late):
        assert ui.day(late) == "23 Nov Mon"
        assert ui.day(dt.date(2027, 1, 1)) == "1 January 2027 Fri"
        assert ui.day(None) == ""


def test_dates_as_the_office_writes_them():
    moment = dt.datetime(2026, 11, 23, 14, 5, tzinfo=CHINA)
    assert render("{{ m|date }} {{ m|time }}", "zh-hans", m=moment) == "2026年11月23日 14:05"
    assert render('{{ m|date:"SHORT_DATETIME_FORMAT" }}', "zh-hans", m=moment) == "2026-11-23 14:05"
    assert render('{{ m|date:"SHORT_DATE_FORMAT" }}', "en", m=moment) == "2026-11-23"


def test_masks():
    source = "{{ a|mask_name }} {{ b|mask_phone }} {{ c|mask_identity }} {{ d|mask_address }}"
    shown = render(source, a="欧阳文慧", b="13800001234", c="370102194405060021", d="济南市历下区泺文路12号3单元")
    assert shown == "欧阳** 138****1234 3***************21 济南市历下区泺********"


def test_block_content_stays_safe():
    assert isinstance(ui.page_head(SafeString("<a></a>"), "t"), SafeString)


class TestForms:
    source = "{{ form }}"

    @pytest.fixture
    def form(self):
        return ClientForm({"name": "", "phone": "12"})

    def test_every_problem_is_on_top_with_a_link(self, form):
        html = render(self.source, form=form)
        top = html.split("</ul></div>")[0]
        assert 'class="problems" role="alert"' in top
        for name in form.errors:
            assert f'href="#id_{name}"' in top

    def test_problem_stands_beside_its_field_and_is_read_with_it(self, form):
        html = render(self.source, form=form)
        assert '<div class="errors" id="id_name_error">' in html
        assert 'aria-describedby="id_name_error"' in html
        assert 'aria-invalid="true"' in html

    def test_ids_are_unique(self, form):
        html = render(self.source, form=form)
        ids = [part.split('"')[0] for part in html.split(' id="')[1:]]
        assert len(ids) == len(set(ids))


def test_office_frame_shows_menu_and_current_page(client, maple):
    client.force_login(make_member(maple).user)
    page = client.get("/maple/clients/").content.decode()
    assert '<a href="/maple/clients/" aria-current="page">' in page
    assert page.count("<h1") == 1
    for forbidden in ("onclick", "style=", "<style", "<script>"):
        assert forbidden not in page


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_pages_render_without_any_context(name):
    html = render(f'{{% include "{name}.html" %}}')
    assert "<h1>" in html
    assert 'href="/"' in html
