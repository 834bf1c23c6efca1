"""Addresses of this app's pages."""

from django.urls import path

from archive import disposal_views, price_views, public, seal_views, text_views, views

office_urls = [
    path("archive/", views.ArchiveList.as_view(), name="archive_list"),
    path("archive/disposal/", disposal_views.DisposalLists.as_view(), name="disposal_lists"),
    path("archive/disposal/<int:disposal_pk>/", disposal_views.disposal_page, name="disposal_page"),
    path("archive/disposal/<int:disposal_pk>/appraised/", disposal_views.appraised, name="disposal_appraised"),
    path("archive/disposal/<int:disposal_pk>/sign/", disposal_views.sign, name="disposal_sign"),
    path("archive/disposal/entries/<int:entry_pk>/keep/", disposal_views.keep, name="disposal_keep"),
    path("archive/texts/", text_views.text_list, name="text_list"),
    path("archive/texts/<slug:kind>/new/", text_views.text_draft, name="text_draft"),
    path("archive/texts/<int:text_pk>/", text_views.text_page, name="text_page"),
    path("archive/texts/<int:text_pk>/edit/", text_views.text_edit, name="text_edit"),
    path("archive/texts/<int:text_pk>/publish/", text_views.text_publish, name="text_publish"),
    path("prices/<int:price_list_pk>/publish/", price_views.price_list_publish, name="price_list_publish"),
    path("prices/<int:price_list_pk>/board/", price_views.price_board, name="price_board"),
    path("settings/seal/", seal_views.seal_settings, name="seal_settings"),
    path("settings/seal/<int:certificate_pk>/retire/", seal_views.seal_retire, name="seal_retire"),
    path("archive/papers/", views.DocumentList.as_view(), name="document_list"),
    path("archive/papers/<int:document_pk>/retry/", views.document_retry, name="document_retry"),
    path("archive/<int:record_pk>/", views.archive_record, name="archive_record"),
    path("archive/<int:record_pk>/place/", views.archive_place, name="archive_place"),
    path("archive/<int:record_pk>/hold/", disposal_views.hold_place, name="hold_place"),
    path("archive/holds/<int:hold_pk>/lift/", disposal_views.hold_lift, name="hold_lift"),
]
phone_urls = []
public_urls = [path("verify/<slug:code>/", public.verify, name="verify")]
api_views = []
