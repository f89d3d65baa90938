/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first task's beginning and its bad end.
 */
#include <stdarg.h>
#include <host/host.h>
#include <mach_port/mach_port.h>
#include "bootstrap.h"

#define EXIT_FAILED 62 /* isa-debug-exit: QEMU ends with status 125 */
#define LAYOUT_DEFAULT "single"

struct bootstrap boot;

int main(const struct boot_info *info);

_Noreturn void
boot_fail(const char *format, ...)
{
    char line[512];
    va_list ap;

    va_start(ap, format);
    mach_vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    mach_printf("bootstrap: %s\n", line);
    host_reboot(boot.info->bi_host_priv, 0, EXIT_FAILED);
    for (;;) {
        clock_sleep(DEADLINE_NEVER, 0);
    }
}

mach_port_t
boot_new_port(void)
{
    mach_port_t port;

    if (mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, &port) !=
            KERN_SUCCESS ||
        mach_port_move_member_trap(port, boot.set) != KERN_SUCCESS) {
        boot_fail("out of ports");
    }
    return port;
}

bool
boot_request_notification(mach_port_t name, int variant)
{
    mach_port_t previous = MACH_PORT_NULL;
    mach_msg_type_name_t type;
    kern_return_t kr;

    kr = mach_port_request_notification(mach_task_self(), name, variant, 0,
                                        boot.notify_port, &previous, &type);
    if (kr == KERN_SUCCESS && MACH_PORT_VALID(previous)) {
        mach_port_deallocate_trap(previous);
    }
    return kr == KERN_SUCCESS;
}

static void
make_ports(void)
{
    if (mach_port_allocate_trap(MACH_PORT_RIGHT_PORT_SET, &boot.set) !=
        KERN_SUCCESS) {
        boot_fail("no port set");
    }
    boot.notify_port = boot_new_port();
    boot.exception_port = boot_new_port();
    if (mach_port_insert_right_trap(boot.exception_port, boot.exception_port,
                                    MACH_MSG_TYPE_MAKE_SEND) !=
        KERN_SUCCESS) {
        boot_fail("no right to the exception port");
    }
}

static void
read_layout(void)
{
    char layout[CONF_NAME_MAX / 2] = LAYOUT_DEFAULT;
    char name[CONF_NAME_MAX + 32];
    const struct member *file;
    struct conf_error error;

    conf_option(boot.info->bi_command_line, "layout", layout, sizeof(layout));
    mach_snprintf(name, sizeof(name), "boot/layouts/%s.conf", layout);
    file = member_find(name);
    if (file == NULL) {
        boot_fail("no layout '%s': no member %s in the boot archive", layout,
                  name);
    }
    if (!conf_parse((const char *)file->data, file->size, &boot.conf,
                    &error)) {
        boot_fail("%s:%u: %s", name, error.line, error.text);
    }
}

int
main(const struct boot_info *info)
{
    boot.info = info;
    if (info == NULL || info->bi_magic != BOOT_INFO_MAGIC) {
        mach_puts("bootstrap: not started by the kernel\n");
        return 1;
    }
    make_ports();
    members_index();
    read_layout();
    servers_configure();
    for (unsigned i = 0; i < boot.conf.server_count; i++) {
        server_start(&boot.servers[i]);
    }
    boot_loop();
}
