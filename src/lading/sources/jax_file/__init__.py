"""Parts of the reader of functions of JAX."""
