"""Texts to people, in their language: each made from the fields of the action that it tells of."""
