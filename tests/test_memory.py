"""Looking for waste is put off, never given up."""

import gc
from contextlib import suppress

import pytest

from kneebayes.memory import uncollected


@pytest.mark.parametrize("was_on", [True, False])
@pytest.mark.parametrize("error", [None, ValueError])
def test_looking_for_waste_is_as_before_whatever_happens(was_on, error):
    before = gc.isenabled()
    (gc.enable if was_on else gc.disable)()
    try:
        with suppress(ValueError), uncollected(), uncollected():
            assert not gc.isenabled()
            if error is not None:
                raise error
        assert gc.isenabled() == was_on
    finally:
        (gc.enable if before else gc.disable)()
