"""What a writer's folder holds."""

TOKENS_FILE = "vocab.json"
TOKENIZER_FILE = "tokenizer.json"  # in its place where transformers wrote the folder
SETTINGS_FILES = ("config.json", TOKENS_FILE, TOKENIZER_FILE)

ENCODER, DECODER = "encoder", "decoder"
INT8_FILES = {ENCODER: "onnx/encoder_quantized.onnx", DECODER: "onnx/decoder_quantized.onnx"}
FP32_FILES = {ENCODER: "onnx/encoder.onnx", DECODER: "onnx/decoder.onnx"}
CHOSEN = ("next_tokens", "log_probabilities")  # outputs of the decoder
CHECKPOINT_FILES = ("model.safetensors", "pytorch_model.bin")
MODEL_TYPE = "moonshine"  # in config.json
