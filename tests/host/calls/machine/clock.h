/* SPDX-License-Identifier: BSD-2-Clause */
/* Host arch layer: the clock, which stands still. */
#include "../../../../kernel/arch/x86_64/machine/clock.h"
