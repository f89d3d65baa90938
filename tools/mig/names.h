/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that the generated C and C++ cannot have. */
#ifndef MIG_NAMES_H
#define MIG_NAMES_H

#include "mig.h"

bool name_is_c_keyword(const char *name);
bool name_is_cxx_keyword(const char *name); /* of C23, too */
/* Each complains when the name cannot be used. */
void name_check_type(struct loc loc, const char *name);
void name_check_member(struct loc loc, const char *name);
void name_check_routines(void); /* with the prefixes of the whole file */

#endif
