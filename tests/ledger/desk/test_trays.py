"""The trays and the outbox name everything that waits, each with its reason in plain words."""

from ledger.words import ArrivalState, Disposition, LetterState, Role, Status
from tests.ledger.desk.conftest import ClientAs, Desk
from tests.ledger.shelf import SECOND, put_arrival, put_entry, put_letter, put_mail


def test_empty_trays_say_what_will_stand_there(desk: Desk) -> None:
    assert "Tidak ada yang perlu ditinjau" in desk.text("/tinjau")
    assert "Karantina kosong" in desk.text("/tinjau/karantina")
    assert "Tidak ada surat di sini" in desk.text("/tinjau/kotak-lain")
    assert "Semua surat sudah terkirim" in desk.text("/belum-tersampaikan")
    assert "Tidak ada surat dalam kelompok ini" in desk.text("/belum-tersampaikan/gagal")


def test_what_must_be_looked_at_stands_with_its_reason(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1, needs_review=True, review_reason="Jenisnya meragukan.")
        put_mail(session, Disposition.UNREGISTERED, needs_review=True, reason="Dari folder sampah, tetapi mirip aduan.")
        put_mail(session, Disposition.UNREGISTERED, subject="IKLAN")
    page = desk.text("/tinjau")
    assert "Jenisnya meragukan." in page and "Dari folder sampah, tetapi mirip aduan." in page
    assert "IKLAN" not in page


def test_who_may_only_read_is_offered_no_keys_for_buttons_that_are_not_there(desk: Desk, client_as: ClientAs) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1, needs_review=True)
    page = desk.text("/tinjau")
    assert "<kbd>y</kbd> benar" in page and 'data-key="y"' in page
    read = client_as(Role.PEMBACA).get("/tinjau").text
    assert "papan tik" not in read and "data-key=" not in read


def test_the_numbers_of_the_trays_add_up_to_that_of_the_room_and_the_tile_counts_its_tray(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1, needs_review=True)
        put_mail(session, Disposition.UNREGISTERED, needs_review=True)
        put_mail(session, Disposition.QUARANTINED)
    for path in ("/tinjau", "/tinjau/karantina", "/tinjau/kotak-lain"):
        page = desk.text(path)
        assert 'Perlu ditinjau <b class="count">2</b></a>' in page
        assert 'Karantina <b class="count">1</b></a>' in page
        assert '<b class="count">3<span class="unseen"> menunggu</span></b>' in page
    assert desk.text("/tinjau").count("<li data-item>") == 2
    assert '<a href="/tinjau"><b>2</b> perlu ditinjau, 1 karantina</a>' in desk.text("/")


def test_quarantine_names_what_could_not_be_read_or_fetched(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_mail(
            session, Disposition.QUARANTINED, reason="Tidak dapat dibaca: <rusak>", sender_name="", sender_address=""
        )
        put_arrival(session, SECOND, state=ArrivalState.UNFETCHABLE, attempts=4, error="[UNAVAILABLE] UID FETCH")
    page = desk.text("/tinjau/karantina")
    assert "Tidak dapat dibaca: &lt;rusak&gt;" in page and "(pengirim tidak terbaca)" in page
    assert "[UNAVAILABLE] UID FETCH" in page and "4 kali dicoba" in page


def test_the_other_box_shows_everything_without_a_number_and_can_be_narrowed(desk: Desk) -> None:
    with desk.database.noting() as session:
        for each in Disposition:
            put_mail(session, each, subject=f"surat {each.value}", text="<b>isi</b>")
    page = desk.text("/tinjau/kotak-lain")
    shown = {each for each in Disposition if f"surat {each.value}" in page}
    assert shown == {
        Disposition.UNREGISTERED,
        Disposition.AUTOMATIC,
        Disposition.BOUNCE,
        Disposition.LIST,
        Disposition.OWN,
    }
    assert "&lt;b&gt;isi&lt;/b&gt;" in page and "<b>isi" not in page
    narrowed = desk.text("/tinjau/kotak-lain?jenis=bounce")
    assert "surat bounce" in narrowed and "surat list" not in narrowed
    assert '<option value="bounce" selected>' in narrowed


def test_a_long_tray_goes_on_page_after_page(desk: Desk) -> None:
    with desk.database.noting() as session:
        for number in range(60):
            put_mail(session, Disposition.LIST, subject=f"edaran nomor {number:02}.")
    first = desk.text("/tinjau/kotak-lain")
    assert "edaran nomor 59." in first and "edaran nomor 10." in first and "edaran nomor 09." not in first
    older = first.split("sebelum=")[1].split('"')[0]
    second = desk.text(f"/tinjau/kotak-lain?sebelum={older}")
    assert "edaran nomor 09." in second and "edaran nomor 10." not in second and "sebelum=" not in second


def test_the_outbox_groups_letters_by_what_a_person_must_do(desk: Desk) -> None:
    with desk.database.noting() as session:
        for sequence, state in enumerate(LetterState, start=1):
            put_letter(session, put_entry(session, sequence), state, f"alasan {state.value}.")
        closed = put_entry(session, 90, status=Status.SELESAI)
        put_letter(session, closed, LetterState.WITHHELD, "alasan lama.")
    page = desk.text("/belum-tersampaikan")
    for state in LetterState:
        assert (f"alasan {state.value}." in page) is (state is not LetterState.SENT)
    order = [page.index(f"<h2>{title}") for title in ("Belum terkirim", "Belum pasti", "Ditahan", "Menunggu giliran")]
    assert order == sorted(order)
    assert "alasan lama." not in page
    assert "alasan lama." in desk.text("/belum-tersampaikan/ditahan")
    assert "Pelapor tidak meninggalkan nomor telepon." in page


def test_a_long_shelf_of_letters_goes_on(desk: Desk) -> None:
    with desk.database.noting() as session:
        for sequence in range(1, 61):
            put_letter(session, put_entry(session, sequence), LetterState.FAILED, f"alasan nomor {sequence:02}.")
    assert "Lihat semuanya" in desk.text("/belum-tersampaikan")
    first = desk.text("/belum-tersampaikan/gagal")
    older = first.split("sebelum=")[1].split('"')[0]
    assert "alasan nomor 11." in first and "alasan nomor 10." not in first
    second = desk.text(f"/belum-tersampaikan/gagal?sebelum={older}")
    assert "alasan nomor 10." in second and "sebelum=" not in second
