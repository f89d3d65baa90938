/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included before everything that goes into an emulator: what is declared
 * anywhere is in the same image, and is addressed directly, not through a
 * table of addresses (which some compilers use for position-independent code,
 * and which would have to be relocated).
 */
#pragma GCC visibility push(hidden)
