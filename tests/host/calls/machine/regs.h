/* SPDX-License-Identifier: BSD-2-Clause */
/* Host arch layer: the registers are those of the machine. */
#include "../../../../kernel/arch/x86_64/machine/regs.h"
