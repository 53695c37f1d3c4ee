"""State: variables as boxes, the scopes that stand in for them, paths, masks, symbolic tensors."""

from kerax.state.functional_call import RecordingScope, functional_call, layer_regularization, value_and_grad
from kerax.state.masks import get_mask, set_mask
from kerax.state.module import Module, children, own_variables, structure_changed, structure_version, walk, walk_modules
from kerax.state.scope import Scope, current_scope, no_scope
from kerax.state.symbolic import SymbolicTensor, is_symbolic
from kerax.state.variable import Loan, Variable

__all__ = [
    "Loan",
    "Module",
    "RecordingScope",
    "Scope",
    "SymbolicTensor",
    "Variable",
    "children",
    "current_scope",
    "functional_call",
    "get_mask",
    "is_symbolic",
    "layer_regularization",
    "no_scope",
    "own_variables",
    "set_mask",
    "structure_changed",
    "structure_version",
    "value_and_grad",
    "walk",
    "walk_modules",
]
