"""Tasks of the archive."""

from celery import shared_task


@shared_task
def render_document(document_id):
    from archive.actions import render

    render(document_id=document_id)
