"""The one error of the stand-in's Bot API and the refusals that several methods share.

Texts are Telegram's own, word for word, because clients judge failures by them. No HTTP here: the server turns an
ApiError into a reply.
"""

from typing import Any


class ApiError(Exception):
    """A refusal: `code` is the HTTP status and error_code, `parameters` goes out as ResponseParameters."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def payload(self) -> dict[str, Any]:
        """The JSON body of the refusal."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad(description: str, **parameters: Any) -> ApiError:
    """400, with Telegram's prefix."""
    return ApiError(400, f"Bad Request: {description}", **parameters)


def forbidden(description: str) -> ApiError:
    """403, with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {description}")


def conflict(description: str) -> ApiError:
    """409, with Telegram's prefix."""
    return ApiError(409, f"Conflict: {description}")
