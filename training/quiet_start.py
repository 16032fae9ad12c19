"""Loading TensorFlow without the greetings that its native code writes to standard error, whatever it is told."""

import os
import sys
import tempfile


def load_tensorflow(gpu: bool = True) -> None:
    """Import TensorFlow and find its devices; what it writes meanwhile is shown only when it fails.

    Args:
        gpu: whether it may use one. What scores by an exported version should not: services score on a processor, and a
            GPU rounds (TensorFloat-32).
    """
    if _is_loaded():
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # else it takes all memory of every GPU, needed or not
    sys.stderr.flush()
    visible = os.dup(2)
    with tempfile.TemporaryFile() as greetings:
        os.dup2(greetings.fileno(), 2)
        try:
            _import_and_start(gpu)
        except BaseException:
            greetings.seek(0)
            os.write(visible, greetings.read())
            raise
        finally:
            os.dup2(visible, 2)
            os.close(visible)


def _is_loaded() -> bool:
    return "tensorflow" in sys.modules


def _import_and_start(gpu: bool) -> None:
    import tensorflow as tf

    if not gpu:
        tf.config.set_visible_devices([], "GPU")
    tf.config.list_logical_devices()
