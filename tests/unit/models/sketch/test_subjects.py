"""Subjects of drawings: their names, and how an order is stored."""

import pytest
from pydantic import ValidationError

from models.jobs.options import SketchOptions
from models.sketch.order_words import parse_list
from models.sketch.subject_names import LANGUAGES
from models.sketch.subjects import Subject, list_subjects_of, load_subjects


def test_every_subject_is_found_by_its_usual_name_in_each_language() -> None:
    for label, subject in load_subjects().items():
        for language in LANGUAGES:
            name = subject.list_names(language)[0]
            found = [each.label for each in parse_list(name, language).subjects]
            assert found == [label], f"{name!r} in {language}"


def test_no_name_means_two_subjects_in_one_language() -> None:
    for language in LANGUAGES:
        names = [name for subject in load_subjects().values() for name in subject.list_names(language)]
        assert len(names) == len(set(names)), {name for name in names if names.count(name) > 1}


def test_an_order_survives_being_stored_and_older_options_have_none() -> None:
    order = (Subject(label="dog"), Subject(box=(0.1, 0.2, 0.3, 0.4), picture=2, is_last=True))
    options = SketchOptions(order=order)
    assert SketchOptions.model_validate_json(options.model_dump_json()) == options
    assert SketchOptions.model_validate({"seconds": 10}).order == ()


@pytest.mark.parametrize(
    "values",
    [{}, {"label": "dog", "box": (0, 0, 1, 1)}, {"box": (0, 0, 1, 1.5)}, {"box": (0, 0, 1)}, {"label": "x" * 99}],
)
def test_an_impossible_subject_is_rejected(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Subject.model_validate(values)


def test_boxes_are_of_one_picture_of_an_album_and_labels_of_all() -> None:
    order = (Subject(label="dog"), Subject(box=(0, 0, 0.5, 0.5), picture=1))
    assert list_subjects_of(order, 0) == order[:1]
    assert list_subjects_of(order, 1) == order
