# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call linux_program,e2e-enosys,tests/e2e/programs/enosys.c,))
