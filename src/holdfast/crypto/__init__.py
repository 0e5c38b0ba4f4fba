"""The only room that imports a cryptography library."""
