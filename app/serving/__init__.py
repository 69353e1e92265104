"""Endpoints, what is deployed on them, and the predictions they gave."""
