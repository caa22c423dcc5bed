"""A centre's papers, for its staff alone: whoever works there reads them, whoever answers for it keeps them."""

from allauth.core import ratelimit
from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tenants.site import operations as site
from tenants.site import queries

from .. import downloads
from ..listing import list_page
from ..people import actor, centre_leaders, centre_staff, person
from ..space_lists import DocumentFilter, DocumentTable
from ..upload_forms import DocumentForm


@require_safe
@never_cache
@centre_staff
def documents(request: HttpRequest) -> HttpResponse:
    template, rows = "pages/space/documents.html", queries.documents()
    return list_page(request, template, DocumentTable, rows, DocumentFilter, file_name="dokumen")


@never_cache
@centre_leaders
def add(request: HttpRequest) -> HttpResponse:
    form = DocumentForm(request.POST or None, request.FILES or None, has_file=False)
    if request.method == "POST":
        # Before the file is looked at: that is what costs.
        if limited := ratelimit.consume_or_429(request, action="upload", user=person(request)):
            return limited
        if form.is_valid():
            paper = form.cleaned_data.pop("file")
            site.add_document(paper, **form.cleaned_data, by=actor(request), now=timezone.now())
            messages.success(request, _("The document is kept."))
            return redirect("centre:documents")
    return render(request, "pages/space/document.html", {"form": form})


@never_cache
@centre_leaders
def edit(request: HttpRequest, document_id: int) -> HttpResponse:
    current = queries.document(document_id)
    initial = model_to_dict(current, ["title", "kind", "issued_on", "expires_on", "note"])
    form = DocumentForm(request.POST or None, request.FILES or None, has_file=True, initial=initial)
    if request.method == "POST":
        if limited := ratelimit.consume_or_429(request, action="upload", user=person(request)):
            return limited
        if form.is_valid():
            paper = form.cleaned_data.pop("file")
            site.change_document(current, paper, **form.cleaned_data, by=actor(request), now=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("centre:documents")
    return render(request, "pages/space/document.html", {"form": form, "document": current})


@never_cache
@centre_leaders
def remove(request: HttpRequest, document_id: int) -> HttpResponse:
    """Asks first; then row and file are gone for good."""
    current = queries.document(document_id)
    if request.method == "POST":
        site.remove_document(current, by=actor(request), now=timezone.now())
        messages.success(request, _("The document was deleted."))
        return redirect("centre:documents")
    return render(request, "pages/space/document_remove.html", {"document": current})


@require_safe
@centre_staff
def download(request: HttpRequest, document_id: int) -> HttpResponse:
    current = queries.document(document_id)
    called = slugify(current.title) or "dokumen"
    return downloads.of_file(current.file, is_private=True, is_saved=True, called=called)
