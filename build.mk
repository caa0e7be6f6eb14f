# How `sam build` puts together a layer or a function. SAM copies its folder to a scratch one, sets ARTIFACTS_DIR
# and calls the Makefile there; `make build` puts uv and the development environment's python on PATH.
PYTHON_RUNTIME ?= python3.13
ARCHITECTURE ?= arm64

TARGET_VERSION := $(PYTHON_RUNTIME:python%=%)
# Lambda's Amazon Linux 2023 has glibc 2.34, so wheels built against 2.28 run there.
TARGET_PLATFORM := $(if $(filter arm64,$(ARCHITECTURE)),aarch64,x86_64)-manylinux_2_28
TARGET_PYTHON := $(shell uv python find --no-python-downloads --no-project $(TARGET_VERSION) 2>/dev/null)

# Large, and never imported or read: name servers are not asked about e-mail addresses, pictures are neither AVIF nor
# WebP, nobody is told a holiday's name, and no number is checked but companies' for taxes, no exchange's holidays
# are asked for, and no short telephone numbers. dateutil comes with the runtime, as boto3 does.
NOT_NEEDED := dns dnspython-*.dist-info holidays/locale holidays/financial phonenumbers/shortdata/region_*.py dateutil python_dateutil-*.dist-info \
	$(addprefix stdnum/,oui.dat imsi.dat isbn.dat cfi.dat cn/loc.dat at/postleitzahl.dat nz/banks.dat eu/nace2*.dat) \
	PIL/_avif.*.so PIL/_webp.*.so PIL/_imagingcms.*.so PIL/_imagingtk.*.so \
	$(addprefix pillow.libs/,libavif-* libwebp* libsharpyuv-* liblcms2-*)

# install_requirements FOLDER: the pinned packages, checked by hash, without what nobody imports.
define install_requirements
	uv pip install --quiet --no-config --no-deps --require-hashes --only-binary :all: --link-mode hardlink \
		--python-version $(TARGET_VERSION) --python-platform $(TARGET_PLATFORM) \
		--target "$(1)" --requirement requirements.txt
	find "$(1)" -depth \( -name tests -o -name __pycache__ -o -name '*.pyi' \) -exec rm -rf {} +
	find "$(1)" -path '*.dist-info/*' \( -name RECORD -o -name INSTALLER -o -name REQUESTED \) -delete
	rm -rf "$(1)/bin" "$(1)/.lock" $(addprefix $(1)/,$(NOT_NEEDED))
endef

# compile_bytecode FOLDER,PLACE: compiles what is there for where it will be, so that no cold start has to.
# Bytecode of another minor version would be ignored, so without that interpreter none is shipped.
# Unchecked-hash files hold no time stamp: the same source gives the same package.
define compile_bytecode
	@if [ -n "$(TARGET_PYTHON)" ]; then \
		$(TARGET_PYTHON) -m compileall -q --invalidation-mode unchecked-hash -s "$(1)" -p "$(2)" "$(1)"; \
	else \
		echo; \
		echo "WARNING: no $(PYTHON_RUNTIME) on this machine, so this ships without bytecode: it works, but every"; \
		echo "cold start compiles it. Install Python $(TARGET_VERSION), run 'make clean' and build again."; \
		echo; \
	fi
endef
