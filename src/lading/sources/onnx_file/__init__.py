"""The parts of the ONNX reader: from the messages of a file to the nodes, weights and endpoints of a Model."""
