/* SPDX-License-Identifier: BSD-2-Clause */
/* rename and link. */
#include "tests.h"

static void
set_up(void)
{
    MKDIR("/r");
    MKDIR("/r/a");
    MKDIR("/r/b");
    MKDIR("/r/a/deep");
    make_file("/r/f", "f");
    make_file("/r/g", "g");
}

static void
refusals(void)
{
    OK_ERR(RENAME("/r/none", "/r/x"), ENOENT);
    OK_ERR(RENAME("/r/f", "/r/a"), EISDIR);
    OK_ERR(RENAME("/r/a", "/r/f"), ENOTDIR);
    OK_ERR(RENAME("/r/b", "/r/a"), ENOTEMPTY);
    OK_ERR(RENAME("/r/a", "/r/a/deep/x"), EINVAL);
    OK_ERR(RENAME("/r/a/deep", "/r/a"), ENOTEMPTY);
    OK_ERR(RENAME("/r/a/.", "/r/x"), EBUSY);
    OK_ERR(RENAME("/", "/r/x"), EBUSY);
    OK_ERR(RENAME("/r/f", "/r/x/"), ENOTDIR);
    OK_ERR(RENAME("/r/f", "/proc/x"), EXDEV);
    OK_ERR(vfs_S_vfs_rename(root, NULL, "/r/f", NULL, "/r/g",
                            L_RENAME_NOREPLACE), EEXIST);
    OK_ERR(vfs_S_vfs_rename(user, NULL, "/r/f", NULL, "/r/x", 0), EACCES);
    OK_ERR(vfs_S_vfs_link(root, NULL, "/r/a", NULL, "/r/x", 0), EPERM);
}

void
test_rename(void)
{
    set_up();
    refusals();
    OK(RENAME("/r/f", "/r/f") == KERN_SUCCESS && exists("/r/f"));
    OK(vfs_S_vfs_link(root, NULL, "/r/f", NULL, "/r/h", 0) == KERN_SUCCESS);
    OK(stat_of("/r/f").st_nlink == 2);
    OK(RENAME("/r/f", "/r/h") == KERN_SUCCESS && exists("/r/f"));
    OK(RENAME("/r/f", "/r/g") == KERN_SUCCESS && !exists("/r/f"));
    OK(stat_of("/r/g").st_nlink == 2);
    OK(stat_of("/r").st_nlink == 4);
    OK(RENAME("/r/a/deep", "/r/b") == KERN_SUCCESS); /* onto an empty one */
    OK(stat_of("/r").st_nlink == 4 && stat_of("/r/a").st_nlink == 2);
    OK(RENAME("/r/b", "/r/a/b") == KERN_SUCCESS);
    OK(stat_of("/r").st_nlink == 3 && stat_of("/r/a").st_nlink == 3);
    OK(stat_of("/r/a/b/..").st_ino == stat_of("/r/a").st_ino);
    OK(vfs_S_vfs_rename(root, NULL, "/r/a/b", NULL, "/r/g",
                        L_RENAME_EXCHANGE) == KERN_SUCCESS);
    OK(L_S_ISDIR(stat_of("/r/g").st_mode) &&
       L_S_ISREG(stat_of("/r/a/b").st_mode));
    OK(stat_of("/r").st_nlink == 4 && stat_of("/r/a").st_nlink == 2);
    OK(stat_of("/r/g/..").st_ino == stat_of("/r").st_ino);
    OK(UNLINK("/r/a/b") == KERN_SUCCESS && UNLINK("/r/h") == KERN_SUCCESS);
    OK(RMDIR("/r/g") == KERN_SUCCESS && RMDIR("/r/a") == KERN_SUCCESS &&
       RMDIR("/r") == KERN_SUCCESS);
}
