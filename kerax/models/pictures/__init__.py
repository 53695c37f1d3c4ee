"""Pictures of models: what is drawn, where it stands, and SVG, HTML and DOT of it."""

from kerax.models.pictures.plot_model import model_to_dot, plot_model

__all__ = ["model_to_dot", "plot_model"]
