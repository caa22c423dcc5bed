"""Subdomain names of centres: short, readable, one of a kind, and not to be mistaken for another.

A slug is one DNS label (RFC 1123) of 3 to 40 characters. Two slugs whose *skeletons* are equal look alike
on a phone (``a1-huda`` and ``al-huda``) and may not both exist.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from django.utils.text import slugify
from django.utils.translation import gettext as _

from kernel.errors import DomainError

SHORTEST, LONGEST = 3, 40
_READABLE = 28  # characters a derived slug aims at, so that it fits on a poster and in a chat
_VALID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

RESERVED = frozenset(
    """
    www api app apps admin administrator root hub balai pusat platform portal dashboard console konsol
    static assets media cdn img files file unduh upload mail email smtp imap pop mx ns ns1 ns2 dns ftp ssh vpn
    login masuk logout keluar signin signup daftar akun account accounts auth sso oauth id password sandi
    help bantuan support dukungan status health healthz readyz metrics monitor docs doc dokumen blog news berita
    kemnaker kementerian kementrian ministry menteri pemerintah gov government negara presiden resmi official
    verifikasi verify sertifikat certificate badge lencana mitra partner industri company perusahaan donor ilo un
    pembayaran bayar billing invoice tagihan stripe payment webhook webhooks test tes testing staging dev demo
    localhost local internal example contoh security keamanan privacy privasi abuse postmaster hostmaster webmaster
    noreply info kontak contact kursus katalog catalogue catalog course courses pelatihan program programme
    """.split()
)

# What nearly every name begins with; the words that tell centres apart come after it.
_GENERIC = re.compile(
    r"\b(balai|latihan|kerja|komunitas|blk|blkk|blkkom|lembaga|kejuruan|jurusan|yayasan|yyasan|yysan|yayasn|pondok|pesantren|"
    r"ponpes|pontren|pp|pon|pes|kab|kota|kabupaten|the|dan)\b"
)


class SlugRefused(DomainError):
    """The wished address cannot be used; the message says why."""

    code = "slug_refused"


def skeleton(slug: str) -> str:
    """What is left of a slug for a hasty eye: equal skeletons are look-alikes."""
    plain = slug.replace("-", "").replace("rn", "m").replace("vv", "w").replace("cl", "d")
    return plain.translate(str.maketrans("0158i", "olsbl"))


_RESERVED_SKELETONS = frozenset(skeleton(word) for word in RESERVED)


def clean(wished: str) -> str:
    """The slug a person typed, in lower case and checked. Raises SlugRefused with the reason."""
    slug = wished.strip().lower()
    if not SHORTEST <= len(slug) <= LONGEST:
        raise SlugRefused(
            _("The address must be %(shortest)d to %(longest)d characters long.")
            % {"shortest": SHORTEST, "longest": LONGEST}
        )
    if not _VALID.fullmatch(slug):
        raise SlugRefused(_("The address may have only the letters a–z, digits and single hyphens between them."))
    if slug.isdigit():
        raise SlugRefused(_("The address needs at least one letter."))
    if skeleton(slug) in _RESERVED_SKELETONS:
        raise SlugRefused(_("The address “%(slug)s” is reserved. Choose another.") % {"slug": slug})
    return slug


def derive(name: str, *, places: Iterable[str], is_taken: Callable[[str], bool]) -> str:
    """A free slug for a centre of this name.

    ``places`` (regency, then village) tell namesakes apart; a number does so at last. ``is_taken`` gets a
    skeleton. The same name, places and taken slugs always give the same result.
    """
    core = _core(name)
    candidates = [core]
    for place in places:
        if suffix := _cut(slugify(place), 14):
            candidates.append(f"{_cut(core, LONGEST - len(suffix) - 1)}-{suffix}")
    candidates += [f"{_cut(core, LONGEST - 5)}-{number}" for number in range(2, 10_000)]
    for slug in candidates:
        try:
            clean(slug)
        except SlugRefused:
            continue
        if not is_taken(skeleton(slug)):
            return slug
    raise SlugRefused(_("No free address was found for “%(name)s”.") % {"name": name})


def telling(name: str) -> str:
    """The words that tell this name apart, as a slug of any length; all its words if each is one that many have."""
    words = _words(name)
    return slugify(_GENERIC.sub(" ", words)) or slugify(words)


def _words(name: str) -> str:
    # An apostrophe joins (Qur'an → quran); anything else that is no letter parts words.
    ascii_name = unicodedata.normalize("NFKD", re.sub(r"['`´‘’]", "", name)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", ascii_name)


def _core(name: str) -> str:
    core = _cut(telling(name), _READABLE)
    return core if len(core) >= SHORTEST else f"blkk-{core}".strip("-")


def _cut(slug: str, longest: int) -> str:
    """Shorten at a hyphen where that leaves something to read."""
    if len(slug) <= longest:
        return slug
    cut = slug[: longest + 1].rpartition("-")[0]
    return cut if len(cut) >= SHORTEST else slug[:longest].strip("-")
