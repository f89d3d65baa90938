/* SPDX-License-Identifier: BSD-2-Clause */
/* Host arch layer: copies by the translations of host_current_pmap(). */
#ifndef CALLS_USER_COPY_H
#define CALLS_USER_COPY_H

#include "../../lib/machine/user_copy.h"

bool user_store32(vm_address_t at, uint32_t value);

#endif
