"""A case: facts, evidence and people of one investigation. Facts are appended, the state is computed from them."""
