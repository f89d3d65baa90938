#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# ksyms.sh KERNEL: C source of the kernel's embedded symbol table (see
# kernel/debug/symbol.h), from the functions of a first link without it.
# NM may name another nm.
set -eu

"${NM:-nm}" -n "$1" | awk '
    $3 == "kernel_start" { base = substr($1, 9) }
    $2 ~ /^[tT]$/ && $3 !~ /^\./ { addr[n] = substr($1, 9); name[n++] = $3 }
    function hex(s,    i, v) {
        v = 0
        for (i = 1; i <= length(s); i++) {
            v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
        }
        return v
    }
    END {
        print "#include <stdint.h>"
        print "#define KSYMS __attribute__((section(\".ksyms\"), used))"
        print "struct ksym { uint32_t address, name; };"
        print "extern const struct ksym ksym_table[];"
        print "extern const uint32_t ksym_count;"
        print "extern const char ksym_names[];"
        print "KSYMS const uint32_t ksym_count = " n + 0 ";"
        print "KSYMS const struct ksym ksym_table[] = {"
        for (i = 0; i < n; i++) {
            printf "{%du,%du},\n", hex(addr[i]) - hex(base), at + 0
            at += length(name[i]) + 1
        }
        print "{0,0}};"
        print "KSYMS const char ksym_names[] ="
        for (i = 0; i < n; i++) {
            printf "\"%s\\0\"\n", name[i]
        }
        print "\"\";"
    }'
