"""A picture with what the nets see in it."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.sketch.types import Floats, Image
from pipeline.vision.contours import find_contours
from pipeline.vision.faces import find_faces
from pipeline.vision.irises import Iris, find_irises
from pipeline.vision.people import find_people
from pipeline.vision.text.finding import find_text
from pipeline.vision.text.types import TextBox
from pipeline.vision.types import Face, FaceBox


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """An RGB picture, the same as it is drawn (its negative on a dark board), and what the nets see in it.

    `contours` and `people` are maps from 0 to 1, None where there are no nets. `is_hatched` says that dark areas are.
    """

    picture: Image
    drawn: Image
    faces: tuple[Face, ...]
    irises: tuple[tuple[Iris, ...], ...]
    contours: Floats | None
    people: Floats | None
    text: tuple[TextBox, ...]
    is_hatched: bool = True

    @classmethod
    def from_picture(
        cls, picture: Image, report: Callable[[float], None], *, is_dark: bool, is_hatched: bool = True
    ) -> "SeenPicture":
        """Look at a picture with all nets, one after the other; `report` gets the share done, 0 to 1."""
        faces = tuple(find_faces(picture))
        irises = tuple(find_irises(picture, face) for face in faces)
        report(0.2)
        text = tuple(find_text(picture))
        report(0.4)
        contours = find_contours(picture)
        report(0.9)
        people = find_people(picture)
        report(1.0)
        return cls(picture, 255 - picture if is_dark else picture, faces, irises, contours, people, text, is_hatched)

    @property
    def face_boxes(self) -> list[FaceBox]:
        return [face.box for face in self.faces]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.drawn.shape[0], self.drawn.shape[1]
