"""A part that is real in everything but one call, before or after which the program dies or hears nothing."""

from __future__ import annotations

from typing import Any


class Crash(BaseException):
    """The program is gone. No code of the house can catch it."""


class Failing:
    """Stands before a real part and raises at the nth call of one method, before or after it acts."""

    def __init__(
        self, real: Any, method: str, *, after: bool = False, nth: int = 1, error: BaseException | None = None
    ) -> None:
        self._real = real
        self._method = method
        self._after = after
        self._left = nth
        self._error = error or Crash(method)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name != self._method:
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                raise self._error
            answer = found(*arguments, **named)
            if self._left == 0:
                raise self._error
            return answer

        return call
