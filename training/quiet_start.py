"""Loading TensorFlow without the greetings that its native code writes to standard error, whatever it is told."""

import os
import sys
import tempfile


def load_tensorflow() -> None:
    """Import TensorFlow and find its devices; what it writes meanwhile is shown only when it fails."""
    if "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.stderr.flush()
    visible = os.dup(2)
    with tempfile.TemporaryFile() as greetings:
        os.dup2(greetings.fileno(), 2)
        try:
            _import_and_start()
        except BaseException:
            greetings.seek(0)
            os.write(visible, greetings.read())
            raise
        finally:
            os.dup2(visible, 2)
            os.close(visible)


def _import_and_start() -> None:
    import tensorflow as tf

    tf.config.list_logical_devices()
