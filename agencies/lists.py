"""The one way to show a list in the office: filter row, tabs with counts, 50 rows, Excel in the background."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import rules
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, TextChoices
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import ListView


@dataclass(frozen=True)
class Column:
    """A column of the Excel file: its head and how to read it from a row. Sensitive values come masked."""

    label: str
    value: Callable[[Any], Any]


@dataclass(frozen=True)
class Tab:
    value: str
    label: str
    count: int
    is_current: bool


class OfficeList(ListView):
    """A list page. Subclasses say right, list_name, title, filterset_class, tab_choices, columns and rows()."""

    right: str
    edit_right = ""  # who sees its buttons, as may_edit
    list_name: str
    title = ""  # in words, for whoever exports it
    filterset_class = None
    tab_field = "state"
    tab_choices: type[TextChoices] | None = None
    first_tab = ""  # what a bare address opens: the rows that the menu counts
    columns: ClassVar[list[Column]] = []
    paginate_by = 50
    by_name: ClassVar[dict[str, type["OfficeList"]]] = {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if getattr(cls, "list_name", None):
            OfficeList.by_name[cls.list_name] = cls

    def dispatch(self, request, *args, **kwargs):
        if request.membership is None:
            raise Http404
        if not rules.has_perm(self.right, request.membership):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def rows(self) -> QuerySet:
        """All rows the list is about, with what a row shows already joined."""
        raise NotImplementedError

    @cached_property
    def filterset(self):
        return self.filterset_class(self.params, queryset=self.rows()) if self.filterset_class else None

    @cached_property
    def params(self):
        return self.request.GET

    @cached_property
    def filtered(self) -> QuerySet:
        return self.filterset.qs if self.filterset else self.rows()

    @cached_property
    def tab(self) -> str:
        is_bare = not set(self.params) - {"page"}
        tab = self.params.get("tab", self.first_tab if is_bare else "")
        return tab if self.tab_choices and tab in self.tab_choices.values else ""

    @cached_property
    def counts(self) -> dict[str, int]:
        groups = self.filtered.order_by().values_list(self.tab_field).annotate(n=Count("*"))
        return dict(groups) if self.tab_choices else {}

    def get_queryset(self):
        return self.filtered.filter(**{self.tab_field: self.tab}) if self.tab else self.filtered

    def get_paginator(self, queryset, per_page, **kwargs):
        paginator = Paginator(queryset, per_page, **kwargs)
        if self.tab_choices:
            paginator.count = self.counts.get(self.tab, 0) if self.tab else sum(self.counts.values())
        return paginator

    def paginate_queryset(self, queryset, page_size):
        """A page past the end shows the last one: rows may have gone since the link was made."""
        page = self.get_paginator(queryset, page_size).get_page(self.params.get("page"))
        if queryset.query.select_related:
            # Under row security the planner takes a join for small and sorts all of it; so first the keys, by the index.
            keys = list(page.object_list.values_list("pk", flat=True))
            page.object_list = queryset.filter(pk__in=keys)
        return page.paginator, page, page.object_list, page.has_other_pages()

    def tabs(self) -> list[Tab]:
        if not self.tab_choices:
            return []
        every = Tab("all", "", sum(self.counts.values()), not self.tab)
        choices = self.tab_choices.choices
        return [every, *(Tab(value, label, self.counts.get(value, 0), self.tab == value) for value, label in choices)]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "today": timezone.localdate(),
            "tabs": self.tabs(),
            "filter": self.filterset,
            "list_name": self.list_name,
            "may_edit": bool(self.edit_right) and rules.has_perm(self.edit_right, self.request.membership),
        }
