"""The logical plan: what the user wrote, as frozen nodes that know their elements but run nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kerax.data.spec import UNKNOWN_CARDINALITY

if TYPE_CHECKING:
    from kerax.data.cursor import Cursor


@dataclass(frozen=True, eq=False)
class Node:
    """One step of a plan. Sources have no input, ``input`` is where a transformation reads from."""

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes this one reads from."""
        source = getattr(self, "input", None)
        return () if source is None else (source,)

    def with_inputs(self, inputs: tuple[Node, ...]) -> Node:
        """Returns the same step over other inputs."""
        return replace(self, input=inputs[0]) if inputs else self  # type: ignore[call-arg]

    @property
    def operation(self) -> str:
        """The name of the method that made this step."""
        return type(self).__name__.lower()

    @property
    def dataset_name(self) -> str:
        """The class name that the representation of a dataset shows."""
        return f"{type(self).__name__}Dataset"

    @property
    def step(self) -> int:
        """How many transformations lie between the source and the result of this node."""
        return 1 + self.inputs[0].step if self.inputs else 0

    @property
    def where(self) -> str:
        """How messages name this step."""
        return (
            f"{self.operation} #{self.step} of the pipeline"
            if self.step
            else f"{self.operation}, the source of the pipeline"
        )

    @property
    def spec(self) -> Any:
        """The nested TensorSpecs of an element. Choosing and reordering elements does not change it."""
        return self.inputs[0].spec

    @property
    def cardinality(self) -> int:
        """How many elements there are, or one of the two negative constants."""
        return self.inputs[0].cardinality if self.inputs else UNKNOWN_CARDINALITY

    @property
    def only_reorders(self) -> bool:
        """Whether the step only drops, repeats or reorders elements: then it can run on row numbers instead of rows."""
        return False

    @property
    def knows_spec(self) -> bool:
        """Whether ``spec`` is at hand: no user's function has to be called for it, nor a file be read."""
        return self.only_reorders and self.inputs[0].knows_spec

    @property
    def makes_ragged(self) -> bool:
        """Whether this step itself brings in ragged components."""
        return False

    def unordered(self) -> Node:
        """Returns the step as ``Options.deterministic = False`` has it: those that were not told themselves may then
        hand out elements as they get ready.
        """
        return self

    def open(self) -> Cursor:
        """Starts running this step from its first element."""
        raise NotImplementedError


def any_step(node: Node, test: Callable[[Node], bool]) -> bool:
    """Whether a test holds for a node or for one it reads from."""
    return test(node) or any(any_step(part, test) for part in node.inputs)


def signature(node: Node) -> str:
    """Describes the steps of a plan, to tell whether a saved position belongs to it."""
    return f"{type(node).__name__}({', '.join(signature(part) for part in node.inputs)})"


def add_note(error: BaseException, text: str) -> None:
    """Adds a line about the pipeline to an error on its way out, once."""
    if text not in getattr(error, "__notes__", ()):
        error.add_note(text)
