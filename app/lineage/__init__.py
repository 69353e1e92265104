"""What came from what: edges between data, features, models and predictions."""
