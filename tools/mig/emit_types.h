/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of C types that are declared elsewhere (-emit-types). */
#ifndef MIG_EMIT_TYPES_H
#define MIG_EMIT_TYPES_H

#include <stdbool.h>
#include <stddef.h>

/* A typedef of the tree's headers, written by known_types.awk. */
struct known_type {
    const char *name;
    size_t size;
    const char *guard; /* of its header, or null: always included */
};

extern const struct known_type known_types[]; /* ends with a null name */

/* known.c: an entry of the table, or NULL. */
const struct known_type *known_type(const char *name);
/* Is it a word of C or a type of <stdint.h>? */
bool known_c_word(const char *word);
/* The imported headers, as far as mig's -I finds them, that mention this name:
 * a preprocessor condition that one is there, or NULL. */
const char *known_from_imports(const char *name);
/* Do they mention it only when the C library shows its extensions? */
bool known_as_extension(const char *name);
/* The size of a type of the C library's, or 0. */
size_t known_library_size(const char *name);
void known_reset(void);

#endif
