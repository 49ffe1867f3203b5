"""The ground of every configuration model: frozen, unknown keys refused, and the two kinds of short text."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\r\n]*$")]
KEY_PATTERN = r"^[a-z][a-z0-9_]{1,30}$"
Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]


class ConfigError(Exception):
    """The configuration is wrong; the text tells the operator, in plain Indonesian, file, key and what is expected."""


class Part(BaseModel):
    """A part of the configuration: frozen, and an unknown key is a mistake, not a wish."""

    model_config = ConfigDict(frozen=True, extra="forbid")
