/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this plugin uses of QEMU's plugin interface, version 1 (QEMU 4.2 to
 * 8.x), whose header no Debian package holds.
 */
#ifndef COUNTER_PLUGIN_H
#define COUNTER_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define PLUGIN_INTERFACE 1
#define PLUGIN_EXPORT __attribute__((visibility("default")))

enum plugin_registers { PLUGIN_NO_REGISTERS };
enum plugin_op { PLUGIN_ADD_U64 };

typedef uint64_t plugin_id;
typedef struct plugin_info plugin_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef void (*plugin_translated)(plugin_id id, struct qemu_plugin_tb *tb);
typedef void (*plugin_executed)(unsigned cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, plugin_translated f);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
                                          plugin_executed f,
                                          enum plugin_registers registers,
                                          void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            plugin_executed f,
                                            enum plugin_registers registers,
                                            void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
                                                enum plugin_op op,
                                                void *counter, uint64_t add);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

/* What QEMU looks for in a plugin. */
extern PLUGIN_EXPORT int qemu_plugin_version;
PLUGIN_EXPORT int qemu_plugin_install(plugin_id id, const plugin_info *info,
                                      int argc, char **argv);

#endif
