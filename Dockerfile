ARG PYTHON_IMAGE=python:3.11-slim
FROM ${PYTHON_IMAGE} AS build

RUN apt-get update && apt-get install -y --no-install-recommends binutils

# The environment keeps no pip of its own: what serves never installs.
RUN python -m venv --without-pip /opt/textgate
COPY service/requirements.txt /tmp/requirements.txt
RUN python -m pip --python /opt/textgate/bin/python install --no-cache-dir --no-compile -r /tmp/requirements.txt

# What TensorFlow brings and running a SavedModel never opens: C++ headers, the compiler behind its build tools, Keras
# with what Keras alone needs, packaging tools, tests, and the symbol tables of its two large libraries (the small ones that
# were patched after linking do not survive `strip`).
RUN cd /opt/textgate/lib/python3*/site-packages \
 && rm -rf tensorflow/include clang keras h5py h5py.libs optree namex rich pygments markdown_it mdurl \
      setuptools _distutils_hack distutils-precedence.pth pkg_resources wheel \
 && find . -type d -name tests -prune -exec rm -rf {} + \
 && strip --strip-unneeded tensorflow/libtensorflow_cc.so.2 tensorflow/libtensorflow_framework.so.2

COPY service /tmp/source/service
COPY client/textgate /tmp/source/textgate
RUN cp -r /tmp/source/* /opt/textgate/lib/python3*/site-packages/ \
 && /opt/textgate/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/textgate/lib


FROM ${PYTHON_IMAGE}

LABEL org.opencontainers.image.title="textgate" \
      org.opencontainers.image.description="Serves text classifiers over gRPC" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=build /opt/textgate /opt/textgate
# Where the model repository is to be mounted. No VOLUME: that would hide a forgotten mount behind an empty one.
RUN mkdir /models

# PYTHONDONTWRITEBYTECODE: the root file system may be read-only, and all there is to compile is compiled.
ENV PATH=/opt/textgate/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TF_CPP_MIN_LOG_LEVEL=2 \
    TEXTGATE_REPOSITORY=/models \
    TEXTGATE_HOST=0.0.0.0

# By number, so that Kubernetes can check runAsNonRoot without a name to look up.
USER 10001:10001
WORKDIR /
EXPOSE 8500
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "service.healthcheck"]

# The exec form makes the server process 1, which signals reach.
ENTRYPOINT ["python", "-m", "service"]
CMD ["--log-format", "json"]
