/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generated stubs of this interface, under other names (calls.h).
 */
#include <calls/call_names.h>
#include "processor/processor_user.c"
