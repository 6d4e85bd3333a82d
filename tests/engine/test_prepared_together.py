"""What goes wrong with one of many variables that are prepared side by side is said of that one, and of no other."""

import numpy as np
import pytest
from prepared_networks import neighbours
from slots import SlotSession


@pytest.mark.parametrize("at", [0, 9, 12, 70, 77, 81])
def test_a_number_that_does_not_fit_is_named(tmp_path, at: int) -> None:
    net = neighbours("float32", "float64")
    net.model.save(tmp_path / "net")
    session = SlotSession(tmp_path / "net")
    entry = [np.array([0.25]) for _ in session.columns]
    (before,) = session.run(entry, {}).values()
    broken = list(entry)
    broken[at] = np.array([1e300])
    with pytest.raises(ValueError, match=rf"variable 'v{at}' of input 'jets': .*e\+.* does not fit into float32"):
        session.run(broken, {})
    (after,) = session.run(entry, {}).values()
    np.testing.assert_array_equal(after, before)
    session.close()
