# SPDX-License-Identifier: BSD-2-Clause
#
# newlib in out/newlib: a link to the one that configure was given, or built
# from Debian's newlib-source (less than a minute).

NEWLIB := $(OUT)/newlib
NEWLIB_READY := $(OUT)/newlib.ready

ifneq ($(NEWLIB_GIVEN),)
$(NEWLIB_READY): config.mk
	@mkdir -p $(OUT)
	$(Q)rm -rf $(NEWLIB) && ln -s $(NEWLIB_GIVEN) $(NEWLIB) && touch $@
else
$(NEWLIB_READY): $(SRC)/libmach/newlib/build-newlib.sh $(NEWLIB_TARBALL)
	@echo "  NEWLIB  $(NEWLIB)"
	@mkdir -p $(OUT)
	$(Q)rm -rf $(NEWLIB)
	$(Q)$(SRC)/libmach/newlib/build-newlib.sh $(NEWLIB_TARBALL) \
	    $(abspath $(OUT))/newlib-build $(abspath $(NEWLIB)) "$(CROSS)" $(JOBS)
	$(Q)touch $@
endif
