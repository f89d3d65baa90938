/* SPDX-License-Identifier: BSD-2-Clause */
/* How the component comes up: its limit, its root tree, its control object. */
#include <stdlib.h>
#include <string.h>

#include <bootstrap/bootstrap.h>
#include <mach/mach.h>
#include <mach_vm/mach_vm.h>
#include <server/object.h>

#include "common/start.h"
#include "vfs/internal.h"
#include "vfs/memory.h"

static struct vfs_control control;

/* Half of the memory, or ramfs=MIB of the command line. */
static uint64_t
limit_pages(void)
{
    char value[32];

    if (command_line_option("ramfs", value, sizeof(value))) {
        uint64_t mib = strtoull(value, NULL, 10);

        if (mib > 0 && mib < 1u << 24) {
            return (mib << 20) / DATA_PAGE;
        }
    }
    return memory_total() / DATA_PAGE / 2;
}

struct server_object *
vfs_start(void)
{
    const uint8_t *archive;
    uint64_t size;

    data_limit = limit_pages();
    vfs_root = node_create(L_S_IFDIR | 0755, 0, 0);
    if (vfs_root == NULL) {
        server_log("vfs: no memory for the root directory");
        abort();
    }
    vfs_root->vn_nlink = 2;
    archive = archive_map(&size);
    if (archive != NULL) {
        root_fill(archive, size);
        archive_unmap(archive, size);
    }
    root_defaults();
    server_object_init(&control.vc_object, &vfs_control_class);
    return &control.vc_object;
}
