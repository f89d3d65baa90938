# SPDX-License-Identifier: BSD-2-Clause
# Writes a table of the typedefs that the tree's own headers have:
#     awk -f known_types.awk -v names="mach/a.h mach/b.h" FILE...
# (names: how the files are included).  For -emit-types.

function strip_comments(s,    out, i, j) {
    out = ""
    while ((i = index(s, "/*")) != 0) {
        j = index(substr(s, i + 2), "*/")
        if (j == 0) {
            return out substr(s, 1, i - 1)
        }
        out = out substr(s, 1, i - 1) " "
        s = substr(s, i + 2 + j + 1)
    }
    return out s
}

# The name that `typedef ...` declares.
function declared(s,    m) {
    gsub(/\[[^]]*\]/, "", s)
    if (match(s, /\(\*[ ]*[A-Za-z_0-9]+\)/)) {
        s = substr(s, RSTART + 2, RLENGTH - 3)
    }
    match(s, /[A-Za-z_0-9]+[ ]*$/)
    m = substr(s, RSTART, RLENGTH)
    gsub(/ /, "", m)
    return m
}

function scan(file, text,    n, i, c, depth, part) {
    text = strip_comments(text)
    gsub(/[ \t\n]+/, " ", text)
    n = length(text)
    for (i = 1; i <= n; i++) {
        c = substr(text, i, 1)
        depth += (c == "{") - (c == "}")
        if (c == ";" && depth == 0) {
            if (part ~ /^ *typedef /) {
                types[++type_count] = declared(part)
                guard_of[type_count] = guards[file]
            }
            part = ""
        } else if (depth == 0 && c == "}" && part !~ /typedef /) {
            part = ""
        } else if (!(c == " " && part == "")) {
            part = part c
        }
    }
}

FNR == 1 { count++ }
/^#ifndef / && !(count in guards) { guards[count] = $2 }
/^#(el|en|if)/ || /^#[a-z]+ .*[^\\]$/ { next }
/\\$/ { next }
/^extern "C"/ { next }
/^}$/ { next }
{ sub(/\/\/.*/, ""); text[count] = text[count] $0 "\n" }

END {
    print "/* Generated: the typedefs of the tree's headers. */"
    print "#include <mach/mig_types.h>"
    split(names, name, " ")
    for (i = 1; i <= count; i++) {
        printf("#ifdef %s\n#define ALWAYS_%s 1\n#else\n" \
               "#define ALWAYS_%s 0\n#endif\n", guards[i], guards[i],
               guards[i])
    }
    for (i = 1; i <= count; i++) {
        print "#include <" name[i] ">"
        scan(i, text[i])
    }
    print "#include \"emit_types.h\""
    print "const struct known_type known_types[] = {"
    for (i = 1; i <= type_count; i++) {
        printf("    {\"%s\", sizeof(%s), ALWAYS_%s ? 0 : \"%s\"},\n",
               types[i], types[i], guard_of[i], guard_of[i])
    }
    print "    {0, 0, 0},"
    print "};"
}
