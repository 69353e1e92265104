"""How a field is answered: who may, what to load together, where the transaction is."""
