"""The shape that an update must have before anybody acts on it: types and ranges of what handlers read.

The library's parser takes a chat of `null` or a text that is a list; such an update would fail in a handler again and
again instead of being put aside. Fields that are not named here may hold anything.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

Id = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Size = Annotated[int, Field(ge=0, lt=2**63)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Chat(_Part):
    id: Id
    type: str


class _User(_Part):
    id: Id
    is_bot: bool
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None


class _File(_Part):
    file_id: str
    file_unique_id: str
    file_size: Size | None = None
    file_name: str | None = None
    mime_type: str | None = None


class _Contact(_Part):
    phone_number: str
    first_name: str
    last_name: str | None = None
    user_id: Id | None = None


class _Location(_Part):
    latitude: FiniteFloat
    longitude: FiniteFloat


class _Entity(_Part):
    type: str
    offset: Size
    length: Size


class _Answered(_Part):
    """A message that another one answers, or under which a button was pressed; it may be gone."""

    message_id: Id
    chat: _Chat


class _Message(_Answered):
    sender: _User | None = Field(default=None, alias="from")
    reply_to_message: _Answered | None = None
    text: str | None = None
    entities: list[_Entity] | None = None
    caption: str | None = None
    caption_entities: list[_Entity] | None = None
    photo: list[_File] | None = None
    document: _File | None = None
    video: _File | None = None
    audio: _File | None = None
    voice: _File | None = None
    animation: _File | None = None
    video_note: _File | None = None
    sticker: _File | None = None
    contact: _Contact | None = None
    location: _Location | None = None
    migrate_to_chat_id: Id | None = None


class _Press(_Part):
    id: str
    sender: _User = Field(alias="from")
    data: str | None = None
    game_short_name: str | None = None
    message: _Answered | None = None

    @model_validator(mode="after")
    def _carries_something(self) -> Self:
        # without either the library hands it to every handler, as if it matched
        if not (self.data or self.game_short_name):
            raise ValueError("a press carries nothing")
        return self


class _Membership(_Part):
    chat: _Chat
    sender: _User = Field(alias="from")


class _Update(_Part):
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Press | None = None
    my_chat_member: _Membership | None = None


def check_shape(update: Any) -> None:
    """Raises ValueError that names the first wrong field, never its content."""
    try:
        _Update.model_validate(update)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['type']}") from None
