"""Options of what is edited in a film beside its captions: switches, all of them off by default."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

MAX_TITLE_LENGTH: Final = 90  # characters
MAX_NAME_LENGTH: Final = 60  # characters


class EditingOptions(BaseModel):
    """What is edited in a film. `title_text` is what the title says; where it is empty, what is said first.

    `card_name` is the business that the end card names.
    """

    model_config = ConfigDict(frozen=True)

    cut_pauses: bool = False  # and fillers
    punch_in: bool = False
    progress_bar: bool = False
    emoji: bool = False  # above the captions
    title: bool = False
    title_text: str = Field(default="", max_length=MAX_TITLE_LENGTH)
    end_card: bool = False
    card_name: str = Field(default="", max_length=MAX_NAME_LENGTH)
