# SPDX-License-Identifier: BSD-2-Clause
# One static program that runs unmodified on Linux and here.
$(eval $(call linux_program,bench-posix,$(patsubst $(SRC)/%,%,$(sort \
    $(wildcard $(SRC)/bench/posix/*.c))),-O2))
