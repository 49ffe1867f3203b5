"""The place names of Kota Probolinggo and around it, by which a bare word beside a name is known as an address."""

import re

_DISTRICTS = """
Bantaran; Banyuanyar; Besuk; Dringu; Gading; Gending; Kotaanyar; Kraksaan; Krejengan; Krucil; Kuripan; Leces; Lumbang;
Maron; Paiton; Pajarakan; Pakuniran; Sukapura; Sumberasih; Tegalsiwalan; Tiris; Tongas; Wonomerto; Kademangan; Kedopok;
Wonoasih; Mayangan; Kanigaran
"""
_OF_THE_CITY = """
Ketapang; Pilang; Pohsangit Kidul; Triwung Kidul; Triwung Lor; Jrebeng Kulon; Jrebeng Lor; Jrebeng Wetan; Kareng Lor;
Sumber Wetan; Jrebeng Kidul; Kareng Kidul; Kedunggaleng; Kedungasem; Pakistaji; Sumbertaman; Sumber Taman; Jati;
Mangunharjo; Sukabumi; Wiroborang; Curahgrinting; Curah Grinting; Kebonsari Kulon; Kebonsari Wetan; Sukoharjo;
Tisnonegaran
"""
_AROUND = """
Ambulu; Gili Ketapang; Laweyan; Lemah Kembar; Mentor; Muneng Kidul; Muneng Leres; Muneng; Sumurmati; Sumberbendo;
Sumber Bendo; Banyuanyar Lor; Bulang; Curahsawo; Jatiadi; Klaseman; Pajurangan; Pikatan; Randupitu; Sebaung;
Sumberkerang; Kalirejo; Kalisalam; Kedungdalem; Mranggonlawang; Ngepoh; Randuputih; Sekarkare; Sumberagung; Sumbersuko;
Tamansari; Tegalrejo; Watuwungkuk; Kedungsupit; Patalan; Pohsangit Lor; Pohsangit Ngisor; Pohsangit Tengah;
Sepuhgembol; Sumberkare; Wonorejo; Bayeman; Curah Dringu; Curah Tulis; Dungun; Klampok; Pamatan; Sumendi; Tambakrejo;
Tanjungrejo; Tongas Kulon; Tongas Wetan; Wringinanom; Gunung Tugel; Kramat Agung; Legundi; Tempuran; Clarak; Jorongan;
Kerpangan; Malasan; Pondokwuluh; Sumberkedawung; Tigasan; Warujinggo; Brabe; Gerongan; Maron Kidul; Maron Kulon;
Maron Wetan; Pegalangan; Puspan; Satrean; Menyono; Resongo; Sumberbulu; Lumajang; Pasuruan; Situbondo; Bondowoso;
Jember; Banyuwangi; Malang; Surabaya; Sidoarjo; Mojokerto; Gresik; Bangkalan; Sampang; Pamekasan; Sumenep; Kota
Probolinggo; Kab. Probolinggo; Kabupaten Probolinggo; Probolinggo
"""
_ALSO_NAMES = frozenset({"jati", "gading", "besuk", "sumber", "mentor", "malang"})
"""Places that people or things bear as a name too: alone they say nothing."""


def _names(listed: str) -> list[str]:
    return [" ".join(name.split()) for name in listed.split(";")]


_ALL = sorted({*_names(_DISTRICTS), *_names(_OF_THE_CITY), *_names(_AROUND)}, key=lambda name: (-len(name), name))
PLACE = rf"(?:{'|'.join(re.escape(name).replace(chr(92) + ' ', ' ?') for name in _ALL)})"
"""One place name, as a pattern; to be used blind to case."""
_SURE = [name for name in _ALL if name.casefold() not in _ALSO_NAMES]
_PLACES = re.compile(rf"(?i)(?:(?:kel|kec|ds|desa|kota|kab)\.?\s+)?{PLACE}(?:,?\s+{PLACE}){{0,3}}\.?\Z")
_LAST = re.compile(
    rf"(?i)\s+(?P<place>(?:{'|'.join(re.escape(name).replace(chr(92) + ' ', ' ?') for name in _SURE)})"
    rf"(?:,?\s+{PLACE}){{0,2}})\s*\.?\Z"
)


def is_place(words: str) -> bool:
    """Say whether words are nothing but names of places."""
    return bool(_PLACES.match(words.strip())) and words.strip(" .").casefold() not in _ALSO_NAMES


_CITY = re.compile(r"(?i)(?:(?:kota|kab\.?|kabupaten)\s+)?probolinggo\.?\Z")


def is_city(words: str) -> bool:
    """Say whether words name the city or the regency alone, where nobody can be found by it."""
    return bool(_CITY.match(words.strip()))


def without_place(words: str) -> tuple[str, str]:
    """Take the places at the end of words off: "Rini Kedopok" is ("Rini", "Kedopok")."""
    found = _LAST.search(words)
    if found is None or not words[: found.start()].strip():
        return words, ""
    return words[: found.start()].rstrip(" ,"), found["place"]
