"""Parts of the reader of PyTorch's modules and files."""
