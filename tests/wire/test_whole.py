"""Two hundred mails on real servers: each in the book once, answered once, and looking again changes nothing."""

import random

import pytest

from tests.wire.crash import samples, stage

MAILS = 200


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_hundred_mails_are_recorded_and_answered_once_and_looking_again_changes_nothing(kind: str) -> None:
    chance = random.Random(7)
    with stage(kind, chance, sent=False) as office:
        office.deliver(samples(MAILS, chance))
        office.run_to_the_end()
        office.judge()
        assert office.report.wrong == []
        assert sum(office.report.dispositions.values()) == office.report.delivered >= MAILS
        assert len(office.report.dispositions) >= 6
        after_first = office.counts()
        assert after_first.sent > 0
        office.run_to_the_end()
        assert office.counts() == after_first
        office.mark_everything_read()
        office.run_to_the_end()
        assert office.counts() == after_first
        office.judge()
        assert office.report.wrong == []
