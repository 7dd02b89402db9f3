"""What an answer about an error holds."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ProblemFault(BaseModel):
    """One thing that is wrong in a request."""

    where: str = Field(description="Where in the request.", examples=["body.uri"])
    told: str = Field(description="What is wrong.", examples=["field required"])


class Problem(BaseModel):
    """An error, by RFC 9457."""

    type: str = Field(description="Where the kind of error is explained.", examples=["/problems/not-found"])
    title: str = Field(description="The kind of error in words.")
    status: int = Field(description="The status code.", examples=[404])
    detail: str = Field(description="What was given, what is allowed, what to do.")
    code: str = Field(description="The kind of error, for programs.", examples=["not-found"])
    request_id: str = Field(description="The name of this request, as X-Request-ID has it.")
    errors: list[ProblemFault] = Field(default=[], description="Each thing that is wrong in the request.")
