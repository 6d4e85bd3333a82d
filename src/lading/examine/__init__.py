"""What a model is, whether it still gives its numbers, and what its papers lack."""
