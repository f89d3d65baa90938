/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a run: every module forgets what it has, then memory is freed. */
#include <string.h>

#include "diag.h"
#include "emit_types.h"
#include "emit_user.h"
#include "need.h"

void
mig_reset(void)
{
    lexer_end();
    diag_reset();
    out_reset();
    statement_reset();
    type_reset();
    need_reset();
    known_reset();
    request_side = SIDE_USER;
    memset(&options, 0, sizeof(options));
    mig_free_all();
}
