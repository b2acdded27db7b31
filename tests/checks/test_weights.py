"""Files of weights: numbers are read, everything else is refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from checks.weights import WeightsError, read_weights


def test_broken_files_of_weights(tmp_path: Path) -> None:
    folder = tmp_path
    np.savez(folder / "ok.npz", W=np.eye(3))
    (folder / "cut.npz").write_bytes((folder / "ok.npz").read_bytes()[:120])
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (10000000, 10000000), }"
    padded = header.ljust(117) + b"\n"
    (folder / "huge.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded)
    np.save(folder / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    (folder / "empty.csv").write_text("")
    (folder / "folder.npy").mkdir()
    for name in ("cut.npz", "huge.npy", "objects.npy", "empty.csv", "folder.npy", "missing.npy", "w.txt"):
        with pytest.raises(WeightsError) as caught:
            read_weights(str(folder / name))
        assert "\n" not in str(caught.value)
        assert "allow_pickle" not in str(caught.value)
    (folder / "bom.csv").write_text("\ufeff1,0\n0,1\n", encoding="utf-8")
    assert read_weights(str(folder / "bom.csv")).tolist() == [[1, 0], [0, 1]]
