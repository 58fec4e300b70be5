from pipeline.speech import confidence


def weighed(line: str, *others: str) -> float:
    return confidence.measure_agreement([line], others, seconds=5.0).confidence


def test_words_heard_alike_at_every_speed_are_sure() -> None:
    assert weighed("Ever tried. Ever failed.", "ever tried, ever failed", "Ever tried ever failed.") == 1.0


def test_words_that_change_with_the_speed_are_not_sure() -> None:
    assert weighed("One day at the zoo", "The mushroom was", "A strawberry fisherman") < confidence.MIN_CONFIDENCE


def test_a_loop_is_not_sure_however_often_it_is_heard() -> None:
    loop = "and then the first one, the first one, the first one, the first one"
    assert weighed(loop, loop, loop) < confidence.MIN_CONFIDENCE


def test_a_figure_of_speech_is_no_loop() -> None:
    words = confidence.normalize_words(
        "It was the best of times, it was the worst of times. It was the age of wisdom. No, no."
    )
    assert confidence.count_looped_words(words) == 0


def test_a_loop_counts_all_its_words() -> None:
    assert confidence.count_looped_words(["so", "a", "b", "a", "b", "a", "b", "end"]) == 6
    assert confidence.count_looped_words(["yeah", "yeah", "yeah"]) == 3


def test_nobody_speaks_ten_words_a_second() -> None:
    words = " ".join(f"word{index}" for index in range(50))
    assert confidence.measure_agreement([words], [words], seconds=5.0).confidence < confidence.MIN_CONFIDENCE


def test_a_short_line_that_only_one_hearing_has_is_dropped() -> None:
    lines = ["You", "Had he married a more amiable woman", "Yes."]
    others = ["Had he married a more amiable woman, yes", "He married a more amiable woman"]
    assert confidence.confirm_lines(lines, others) == (False, True, True)


def test_evidence_adds_up_over_pieces() -> None:
    sure = confidence.measure_agreement(["one two three four"], ["one two three four"], 2.0)
    unsure = confidence.measure_agreement(["five six seven eight"], ["nothing of the sort"], 2.0)
    assert (sure + unsure).confidence == 0.5
    assert not (sure + unsure).is_hopeless
    assert sum([unsure] * 50, confidence.AgreementCounts()).is_hopeless


def test_few_words_must_agree_more_than_many() -> None:
    same, other = "one two three four five six seven eight nine", "ten"
    few = confidence.measure_agreement([f"{same} {other} {other}"], [f"{same} x y z"], 5.0)
    many = confidence.measure_agreement([f"{same} {other} {other}"] * 2, [f"{same} x y z {same} x y z"], 10.0)
    assert confidence.MIN_CONFIDENCE < few.confidence < confidence.MIN_CONFIDENCE_SHORT
    assert not few.is_confident
    assert many.is_confident


def test_nothing_heard_is_no_confidence() -> None:
    assert confidence.AgreementCounts().confidence == 0.0
