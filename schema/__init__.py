"""What a client sees: types, inputs, unions, descriptions, costs and scopes. No I/O."""
