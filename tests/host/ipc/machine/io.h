/* SPDX-License-Identifier: BSD-2-Clause */
/* Host arch layer: the same contract. */
#include "../../../../kernel/arch/x86_64/machine/io.h"
