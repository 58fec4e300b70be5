"""Options of the encoder for drawings."""

from pipeline.sketch.encoder_options import build_options


def test_quality_and_rate_stay_as_they_were_asked_for() -> None:
    asked = {"preset": "fast", "crf": "18", "maxrate": "900000", "bufsize": "1800000"}
    options = build_options(asked, [(80, 99)], has_change_hints=True)
    assert asked.items() <= options.items()


def test_every_hold_gets_more_bits() -> None:
    options = build_options({}, [(80, 99), (180, 199)], has_change_hints=True)
    assert "zones=80,99,b=3/180,199,b=3" in options["x264-params"].split(":")


def test_a_film_without_a_hold_has_no_zones() -> None:
    for holds in ([], [(100, 99)]):
        assert "zones" not in build_options({}, holds, has_change_hints=True)["x264-params"]


def test_hints_are_asked_for_only_where_frames_carry_them() -> None:
    assert "mb_info" not in build_options({}, [(0, 1)], has_change_hints=False)
    assert build_options({}, [(0, 1)], has_change_hints=True)["mb_info"] == "1"


def test_a_preset_chosen_by_the_user_keeps_its_own_search() -> None:
    fast, slow = (build_options({"preset": name}, [], has_change_hints=True) for name in ("veryfast", "slow"))
    assert "subme=1" in fast["x264-params"].split(":")
    assert "subme" not in slow["x264-params"]


def test_nothing_keeps_the_encoder_from_skipping_what_is_unchanged() -> None:
    options = build_options({"preset": "slow"}, [], has_change_hints=True)
    assert options["bf"] == "0"
    assert "weightp=0" in options["x264-params"].split(":")
