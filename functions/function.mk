# What every function's Makefile does: its handler, and the packages that it alone needs.
HERE := $(dir $(lastword $(MAKEFILE_LIST)))
FUNCTION_MAKEFILE := $(firstword $(MAKEFILE_LIST))
include $(HERE)../build.mk

# Babel's data is by far the largest part of a function that writes e-mails: the languages that they are written in stay.
LANGUAGES := $(basename $(notdir $(wildcard $(HERE)../layers/order_processing/mail_templates/texts/*.json)))
empty :=
KEPT_LOCALES := $(subst $(empty) $(empty),|,$(foreach language,$(LANGUAGES),$(firstword $(subst -, ,$(language)))))

build-%Function:
	if grep -q '^[a-z]' requirements.txt; then $(MAKE) --makefile "$(FUNCTION_MAKEFILE)" requirements; fi
	cp app.py $(wildcard *.json *.html *.txt) "$(ARTIFACTS_DIR)/"
	rm -f "$(ARTIFACTS_DIR)/requirements.txt"
	$(call compile_bytecode,$(ARTIFACTS_DIR),/var/task)

.PHONY: requirements
requirements:
	$(call install_requirements,$(ARTIFACTS_DIR))
	if [ -d "$(ARTIFACTS_DIR)/babel" ]; then \
		find "$(ARTIFACTS_DIR)/babel/locale-data" -regextype posix-extended -name '*.dat' \
			! -regex '.*/(root|($(KEPT_LOCALES))(_.*)?)\.dat' -delete; \
	fi
