"""From a template and a data version to a fitted, measured model."""
