/* SPDX-License-Identifier: BSD-2-Clause */
#include "emit.h"
void emit_ir(struct out *o) { (void)o; }
