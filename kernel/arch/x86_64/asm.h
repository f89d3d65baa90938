/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assembly macros.  CLAC and STAC are three-byte no-operations in the image;
 * cpu.c writes the instructions over them on a processor that has SMAP.
 */
#ifndef X86_64_ASM_H
#define X86_64_ASM_H

    .macro SMAP_SITE kind
    .byte 0x0f, 0x1f, 0x00
    .pushsection .smap_sites, "a"
    .quad 777f - 3, \kind
    .popsection
777:
    .endm

#define CLAC SMAP_SITE 0
#define STAC SMAP_SITE 1

#endif
