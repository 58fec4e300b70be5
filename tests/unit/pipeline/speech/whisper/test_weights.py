"""The weights of the model that hears, joined from the packages that carry them."""

from pathlib import Path

import pytest

from pipeline.speech.whisper import weights


def test_the_environment_has_them_after_its_installation() -> None:
    assert weights.is_whisper_installed()


def test_they_are_joined_once_and_complete(tmp_path: Path) -> None:
    folder = tmp_path / "whisper-base"
    weights.install(folder)
    assert weights.is_whisper_installed(folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json", "model.bin", "tokenizer.json", "vocabulary.txt",
    ]  # fmt: skip
    written = (folder / "model.bin").stat().st_mtime_ns
    weights.install(folder)
    assert (folder / "model.bin").stat().st_mtime_ns == written


def test_half_a_file_counts_for_nothing_and_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"half")
    assert not weights.is_whisper_installed(tmp_path)
    weights.install(tmp_path)
    assert weights.is_whisper_installed(tmp_path)


def test_other_weights_than_expected_are_not_installed(tmp_path: Path) -> None:
    for part in weights.PARTS:
        (tmp_path / part).write_bytes(b"something else")
    with pytest.raises(weights.WeightsUnusable):
        weights.join_parts([tmp_path / part for part in weights.PARTS], tmp_path / "joined")
