"""The public page that says whether a paper is genuine; reached by the QR code on it."""

import hashlib

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render

from archive.actions import why_void
from archive.models import Document
from archive.seal import is_sealed


@login_not_required
def verify(request, code):
    if request.agency is None:
        raise Http404
    papers = Document.objects.select_related("file", "sealed_with").defer("sealed_with__key", "sealed_with__chain")
    document = get_object_or_404(papers, verify_code=code, state="ready")
    upload = request.FILES.get("file") if request.method == "POST" else None
    content = upload.read() if upload and upload.size <= settings.UPLOAD_MAX_BYTES else b""
    same = hashlib.sha256(content).hexdigest() == document.file.sha256
    broken = bool(content) and not same and document.sealed_with_id and is_sealed(content)
    context = {"document": document, "void": why_void(document), "upload": upload, "same": same, "broken": broken}
    return render(request, "public/verify.html", context)
