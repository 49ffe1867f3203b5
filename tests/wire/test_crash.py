"""A short run of the crash experiment; the long one is started by hand (tests/wire/crash.py)."""

import pytest

from tests.wire.crash import PHASES, crash


@pytest.mark.parametrize(("database", "kills"), [("sqlite", 5), ("postgresql", 3)])
def test_no_mail_and_no_letter_is_lost_or_doubled_by_killing_the_program(database: str, kills: int) -> None:
    report = crash(40, kills, database=database, seed=8)
    assert report.wrong == [], report.table()
    assert sum(report.dispositions.values()) == report.delivered == 40
    assert {kill.phase for kill in report.kills} == set(PHASES)
    assert report.letters["sent"] > 0
    assert report.dispositions["quarantined"] > 0


def test_where_the_server_files_what_it_sends_every_letter_goes_exactly_once_and_none_is_uncertain() -> None:
    report = crash(30, 4, database="sqlite", seed=9, sent=True)
    assert report.wrong == [], report.table()
    assert sum(report.dispositions.values()) == report.delivered == 30
    assert report.letters["sent"] == report.at_sink > 0
    assert report.letters["uncertain"] == 0
