"""How the methods of a client do an operation: by waiting or by awaiting."""

from typing import Protocol, TypeVar

from .operation import Operation

T = TypeVar("T")


class Run(Protocol):
    def __call__(self, operation: Operation[T], /) -> T: ...


class RunAsync(Protocol):
    async def __call__(self, operation: Operation[T], /) -> T: ...
