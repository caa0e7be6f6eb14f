# Compiles a layer's modules with an interpreter of the target's version, so that no cold start has to.
# Bytecode of another minor version would be ignored there, so without that interpreter none is shipped.
# Unchecked-hash files hold no time stamp: the same source gives the same layer.
PYTHON_RUNTIME ?= python3.13
ARCHITECTURE ?= arm64

TARGET_VERSION = $(PYTHON_RUNTIME:python%=%)
TARGET_PYTHON = $(shell uv python find --no-python-downloads --no-project $(TARGET_VERSION) 2>/dev/null)

define compile_bytecode
@if [ -n "$(TARGET_PYTHON)" ]; then \
	$(TARGET_PYTHON) -m compileall -q --invalidation-mode unchecked-hash \
		-s "$(ARTIFACTS_DIR)" -p /opt "$(ARTIFACTS_DIR)/python"; \
else \
	echo; \
	echo "WARNING: no $(PYTHON_RUNTIME) on this machine. This layer ships without bytecode:"; \
	echo "it works, but every cold start compiles it. Install Python $(TARGET_VERSION) and build again."; \
	echo; \
fi
endef
