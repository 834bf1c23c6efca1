"""The public page that says whether a paper is genuine; reached by the QR code on it."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render

from archive.actions import why_void
from archive.models import Document


def sha256_of(upload) -> str:
    return hashlib.sha256(upload.read()).hexdigest()


@login_not_required
def verify(request, code):
    if request.agency is None:
        raise Http404
    document = get_object_or_404(Document.objects.select_related("file"), verify_code=code, state="ready")
    upload = request.FILES.get("file") if request.method == "POST" else None
    same = upload and upload.size == document.file.size and sha256_of(upload) == document.file.sha256
    return render(
        request,
        "public/verify.html",
        {"document": document, "void": why_void(document), "upload": upload, "same": same},
    )
