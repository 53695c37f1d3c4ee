"""What is known of an operator without looking at its numbers: hints, what follows from them, what contradicts."""

from __future__ import annotations

from typing import Any, NamedTuple

Hint = bool | None


class Hints(NamedTuple):
    """Whether a matrix is non-singular, self-adjoint, positive definite, square; None if it is not known."""

    is_non_singular: Hint = None
    is_self_adjoint: Hint = None
    is_positive_definite: Hint = None
    is_square: Hint = None


def consistent(owner: str, hints: Hints) -> Hints:
    """The hints together with what they imply.

    Args:
      owner: the operator, as messages call it.
      hints: as they were given.

    Raises:
      ValueError: if they contradict each other.
    """
    regular, own, definite, square = hints
    if definite:
        if regular is False:
            raise ValueError(
                f"{owner}: is_positive_definite=True and is_non_singular=False contradict each other, because positive "
                "definite matrices can be inverted. Leave one of them out."
            )
        regular = True if regular is None else regular
    for given, word in (
        (definite, "is_positive_definite"), (own, "is_self_adjoint"), (regular, "is_non_singular")
    ):  # fmt: skip
        if given:
            if square is False:
                raise ValueError(
                    f"{owner}: {word}=True and is_square=False contradict each other: only square matrices are that."
                )
            square = True
    return Hints(regular, own, definite, square)


def always(owner: str, what: str, given: Hint, value: bool) -> bool:
    """The value of a hint that every operator of a class has.

    Raises:
      ValueError: if the opposite was said.
    """
    if given is not None and bool(given) is not value:
        raise ValueError(f"{owner} is {'' if value else 'never '}{_WORDS[what]}: {what}={given!r} does not hold.")
    return value


_WORDS = {
    "is_non_singular": "non-singular",
    "is_self_adjoint": "self-adjoint",
    "is_positive_definite": "positive definite",
    "is_square": "square",
}


def both_regular(left: Any, right: Any) -> Hint:
    """Whether a product is non-singular."""
    if left.is_non_singular is False or right.is_non_singular is False:
        return False
    return True if left.is_non_singular and right.is_non_singular else None


def commuting(left: Hint, right: Hint) -> Hint:
    """Whether a product of matrices that commute is self-adjoint, or positive definite, if both or one of them are."""
    if left and right:
        return True
    return False if (left, right) in ((True, False), (False, True)) else None


def commuting_hints(left: Any, right: Any) -> dict[str, Hint]:
    """The hints of a product of matrices that commute."""
    return {
        "is_non_singular": both_regular(left, right),
        "is_self_adjoint": commuting(left.is_self_adjoint, right.is_self_adjoint),
        "is_positive_definite": commuting(left.is_positive_definite, right.is_positive_definite),
        "is_square": True,
    }


def all_of(parts: list, what: str) -> Hint:
    """True if all operators have a property, else None: the other way round nothing follows."""
    return True if all(getattr(one, what) for one in parts) else None


def hints_of(operator: Any) -> dict[str, Hint]:
    """The hints of an operator, to make another one with."""
    return {name: getattr(operator, name) for name in Hints._fields}
