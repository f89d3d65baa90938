/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: random calls of several tasks, made of the kernel and of
 * the model in lock step; after each, everything is compared.
 */
#include "model.h"

static const struct {
    void (*op)(int t);
    unsigned weight;
    bool makes_names;
} ops[] = {
    {op_allocate, 10, true}, {op_deallocate, 10, false},
    {op_mod_refs, 8, false}, {op_destroy, 3, false},
    {op_insert_right, 8, true}, {op_give, 12, true},
    {op_member, 8, false},   {op_request, 10, false},
    {op_qlimit, 2, false},   {op_send, 30, false},
    {op_receive, 30, true},
};

static void
one_call(void)
{
    int t = (int)(host_random() % M_TASKS);
    unsigned total = 0, i, pick, j;

    if (host_random() % 400 == 0) {
        op_fork(t);
        return;
    }
    for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        total += ops[i].weight;
    }
    pick = host_random() % total;
    for (i = 0; pick >= ops[i].weight; i++) {
        pick -= ops[i].weight;
    }
    /* Where much has piled up, something goes instead. */
    if (m_live_count > 150 && ops[i].makes_names) {
        op_destroy(t);
        return;
    }
    for (j = 0; j < M_TASKS; j++) {
        if (ops[i].makes_names && m_tasks[j].count > M_NAMES - 16) {
            op_destroy((int)j);
            return;
        }
    }
    ops[i].op(t);
}

void
model_run(uint32_t seed, unsigned steps)
{
    int t;

    host_random_seed(seed);
    census_begin();
    for (t = 0; t < M_TASKS; t++) {
        m_task_begin(t);
    }
    while (steps-- > 0) {
        one_call();
        m_settle();
        reap_all();
        CHECK_EQ(run_ready(), 0);
        m_check();
    }
    for (t = 0; t < M_TASKS; t++) {
        m_task_end(t);
    }
    m_forget_all();
    census_end();
}
