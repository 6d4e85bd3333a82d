"""Parts of what writes ONNX files."""
