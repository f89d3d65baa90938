# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call host_test,bootstrap,tests/host/bootstrap bootstrap/conf.c \
    bootstrap/elf_image.c libmach/archive.c libmach/print.c,-I$(SRC)/bootstrap \
    -I$(SRC)/libmach/include))
