"""Whether int8 products come out wrong on this processor unless ONNX Runtime is told otherwise.

x64 processors without VNNI instructions, which Lambda does not promise, add pairs of products in
16 bits. Large pairs don't fit there, so they become the largest number that does, without an error.
That doubled the word errors of what is shown. ONNX Runtime's option `session.x64quantprecision`
takes other instructions, which are exact but slower. It takes them on every processor, so it must
only be set where it is needed. That is found out by a product with the largest numbers, because
flags of the processor tell only what it could do, not what ONNX Runtime uses.
"""

from base64 import b64decode
from functools import cache

import numpy as np
import onnxruntime

ROWS, LARGEST_ACTIVATION, LARGEST_WEIGHT = 4, 255, 127

LARGEST_PRODUCTS = b64decode(
    "CAo6zQEKLwoLYWN0aXZhdGlvbnMKB3dlaWdodHMSCHByb2R1Y3RzIg1NYXRNdWxJbnRlZ2VyEhBsYXJnZXN0X3Byb2R1"
    "Y3RzKlEIBAgQEANCB3dlaWdodHNKQH9/f39/f39/f39/f39/f39/f39/f39/f39/f39/f39/f39/f39/f39/f39/f39/"
    "f39/f39/f39/f39/f39/f39aGwoLYWN0aXZhdGlvbnMSDAoKCAISBgoACgIIBGIYCghwcm9kdWN0cxIMCgoIBhIGCgAK"
    "AggQQgQKABAU"
)
"""An ONNX model: `activations` (any, ROWS) times a matrix of LARGEST_WEIGHT. The package `onnx`,
which writes models, is not where this runs; tests/models/test_saturation.py writes it."""


@cache
def products_saturate() -> bool:
    """Whether a sum of the largest products, in int8 and ONNX Runtime's default way, is wrong."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        LARGEST_PRODUCTS, options, providers=["CPUExecutionProvider"]
    )
    largest = np.full((ROWS, ROWS), LARGEST_ACTIVATION, np.uint8)
    (products,) = session.run(None, {"activations": largest})
    return bool((products != ROWS * LARGEST_ACTIVATION * LARGEST_WEIGHT).any())
