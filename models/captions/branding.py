"""Brand kit of a tenant or a person: font, colours and logo, which all their films have."""

import uuid
from typing import Literal, Self

from models.captions.fonts import FontFamily
from models.captions.tables import HexColour, LookTable

LogoCorner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
LogoSize = Literal["small", "medium", "large"]


class Logo(LookTable):
    """A logo on films: the stored file of the picture, and where and how large it is drawn."""

    file_id: uuid.UUID
    corner: LogoCorner = "top-right"
    size: LogoSize = "medium"


class BrandKit(LookTable):
    """What is branded; None leaves it as the style has it."""

    font: FontFamily | None = None
    colour: HexColour | None = None
    second_colour: HexColour | None = None
    logo: Logo | None = None

    def merge(self, other: "BrandKit") -> Self:
        """This kit, with what the other has where this one has nothing."""
        return self.model_copy(update={name: value for name, value in other if getattr(self, name) is None})
