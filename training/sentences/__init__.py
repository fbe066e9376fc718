"""The recipe of the sentence classifier that ships as pipeline/coder/data/sentences.onnx."""
