/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of a PC's two serial lines.
 */
#include <stdlib.h>
#include "line.h"

int
main(void)
{
    struct line *first = line_start("ioports 0x3f8 8", 0x3f8, "irq 4");
    struct line *second = line_start("ioports 0x2f8 8", 0x2f8, "irq 3");

    if (first == NULL && second == NULL) {
        server_log("serial: no line works");
        return EXIT_FAILURE;
    }
    /* A service without a device stays silent, as an unplugged cable is. */
    if (first != NULL) {
        server_add_control("serial0", &first->object);
    }
    if (second != NULL) {
        server_add_control("serial1", &second->object);
    }
    server_run();
}
