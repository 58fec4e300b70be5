from pipeline.speech import certainty


def weighed(line: str, *others: str) -> float:
    return certainty.weighed([line], others, seconds=5.0).confidence


def test_words_heard_alike_at_every_speed_are_sure() -> None:
    assert weighed("Ever tried. Ever failed.", "ever tried, ever failed", "Ever tried ever failed.") == 1.0


def test_words_that_change_with_the_speed_are_not_sure() -> None:
    assert weighed("One day at the zoo", "The mushroom was", "A strawberry fisherman") < certainty.LEAST


def test_a_loop_is_not_sure_however_often_it_is_heard() -> None:
    loop = "and then the first one, the first one, the first one, the first one"
    assert weighed(loop, loop, loop) < certainty.LEAST


def test_a_figure_of_speech_is_no_loop() -> None:
    words = certainty.plain("It was the best of times, it was the worst of times. It was the age of wisdom. No, no.")
    assert certainty.looped(words) == 0


def test_a_loop_counts_all_its_words() -> None:
    assert certainty.looped(["so", "a", "b", "a", "b", "a", "b", "end"]) == 6
    assert certainty.looped(["yeah", "yeah", "yeah"]) == 3


def test_nobody_speaks_ten_words_a_second() -> None:
    words = " ".join(f"word{index}" for index in range(50))
    assert certainty.weighed([words], [words], seconds=5.0).confidence < certainty.LEAST


def test_a_short_line_that_only_one_hearing_has_is_dropped() -> None:
    lines = ["You", "Had he married a more amiable woman", "Yes."]
    others = ["Had he married a more amiable woman, yes", "He married a more amiable woman"]
    assert certainty.confirmed(lines, others) == (False, True, True)


def test_evidence_adds_up_over_pieces() -> None:
    sure = certainty.weighed(["one two three four"], ["one two three four"], 2.0)
    unsure = certainty.weighed(["five six seven eight"], ["nothing of the sort"], 2.0)
    assert (sure + unsure).confidence == 0.5
    assert not (sure + unsure).hopeless
    assert sum([unsure] * 50, certainty.Evidence()).hopeless


def test_few_words_must_agree_more_than_many() -> None:
    same, other = "one two three four five six seven eight nine", "ten"
    few = certainty.weighed([f"{same} {other} {other}"], [f"{same} x y z"], 5.0)
    many = certainty.weighed([f"{same} {other} {other}"] * 2, [f"{same} x y z {same} x y z"], 10.0)
    assert certainty.LEAST < few.confidence < certainty.LEAST_SHORT
    assert not few.sure
    assert many.sure


def test_nothing_heard_is_no_confidence() -> None:
    assert certainty.Evidence().confidence == 0.0
