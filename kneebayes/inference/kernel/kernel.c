/* The doors of the kernel: what Python calls. The other files are taken in here, as one unit. */
#include "kernel.h"

#include "memory.c"

#include "query.c"

#include "order.c"

#include "program.c"

#include "tables.c"

#include "joins.c"

#include "passes.c"

#include "gradients.c"

#include <fenv.h>

#ifdef _WIN32
#define DOOR __declspec(dllexport)
#else
#define DOOR __attribute__((visibility("default")))
#endif

/* Doubles are too narrow for a question where one of these was raised. */
#if defined(FE_UNDERFLOW) && defined(FE_OVERFLOW) && defined(FE_INVALID) && defined(FE_DIVBYZERO)
#define TROUBLE (FE_UNDERFLOW | FE_OVERFLOW | FE_INVALID | FE_DIVBYZERO)
#else
#define TROUBLE 0
#endif

static void set_deadline(Call *call, const Limits *limits)
{
    call->deadline = limits->until;
    if (limits->seconds < 1e9)
        call->deadline = fmin(call->deadline, now() + limits->seconds);
}

static void open_call(Call *call, const Limits *limits, const volatile int32_t *stop)
{
    memset(call, 0, sizeof(*call));
    call->most = limits->bytes;
    call->stop = stop;
    set_deadline(call, limits);
}

/* Whether observed states are states of their nodes. */
static int is_sound(const Flat *flat, const State *hard)
{
    for (Int at = 0; at < flat->nodes; at++)
        if (hard[at] < -1 || hard[at] >= flat->states[at])
            return 0;
    return 1;
}

/* The plan for one pattern of evidence, which serves as many rows as follow each other with it. */
typedef struct {
    const State *hard;
    uint8_t *relevant, *named, *mild;
    Program *program;
    Workspace *space;
} Planned;

static void plan_pattern(Call *call, const Flat *flat, const Rows *rows, Int row,
                         const State *hard, Int times, const Limits *limits, Planned *planned)
{
    Int n = flat->nodes;
    planned->named = take(call, n, 1);
    planned->relevant = take(call, n, 1);
    planned->mild = take(call, n, 1);
    planned->space = NULL;
    for (Int at = 0; at < n; at++) {
        planned->named[at] = rows->wanted[at] || rows->softened[at];
        planned->relevant[at] = planned->named[at] || hard[at] >= 0;
    }
    mark_relevant(flat, planned->relevant);
    mark_mild(flat, hard, rows->numbers + row * rows->numbers_step, planned->relevant,
              planned->named, planned->mild);
    Query *query = open_query(call, flat, hard, planned->relevant, planned->named, planned->mild,
                              NULL);
    planned->program = plan(call, flat, hard, query, times, limits);
    planned->hard = hard;
}

/* Whether a plan serves a row: the same was observed, and its numbers leave the same nodes mild. */
static int serves(Call *call, const Flat *flat, const Rows *rows, Int row, const State *hard,
                  const Planned *planned)
{
    size_t n = (size_t)flat->nodes;
    if (planned->hard == NULL)
        return 0;
    if (planned->hard != hard && memcmp(planned->hard, hard, n * sizeof(State)) != 0)
        return 0;
    if (rows->numbers_step == 0)
        return 1;
    Block *mark = call->blocks;
    uint8_t *mild = take(call, flat->nodes, 1);
    mark_mild(flat, hard, rows->numbers + row * rows->numbers_step, planned->relevant,
              planned->named, mild);
    int same = memcmp(mild, planned->mild, n) == 0;
    give_back(call, mark);
    return same;
}

static void answer_row(Call *call, const Flat *flat, const Rows *rows, Int row,
                       const Limits *limits, Planned *planned)
{
    const Program *program = planned->program;
    rows->widths[row] = program->width;
    rows->costs[row] = program->cost;
    if (!(program->cost < INFINITY) || program->cost > limits->dearest)
        leave(call, TOO_WIDE);
    if (planned->space == NULL)
        planned->space = make_workspace(call, flat, program, rows->wanted, rows->marginals != NULL);
    const double *numbers = rows->numbers + row * rows->numbers_step;
    Workspace *space = planned->space;
    Int states = flat->own_start[flat->nodes];
    feclearexcept(TROUBLE);
    double log = fill_leaves(flat, program, numbers, planned->hard, rows->soft + row * rows->soft_step,
                             planned->relevant, space);
    log += run_forward(call, flat, program, numbers, space);
    rows->logs[row] = log;
    double sum = 0.0;
    if (rows->marginals != NULL && log > -INFINITY) {
        double *marginals = rows->marginals + row * states;
        run_backward(call, flat, program, numbers, space, marginals);
        for (Int i = 0; i < states; i++) {
            marginals[i] *= space->own[i];
            sum += marginals[i];
        }
    }
    if (fetestexcept(TROUBLE) || !(log < INFINITY) || !(sum < INFINITY))
        leave(call, ROUGH);
}

/* Answer one row; whatever happens its status says so, and without an answer its log is inf. */
static int try_row(Call *call, const Flat *flat, const Rows *rows, Int row, Int times,
                   const Limits *limits, Planned *planned)
{
    const State *hard = rows->hard + row * rows->hard_step;
    Int states = flat->own_start[flat->nodes];
    rows->widths[row] = 0.0;
    rows->costs[row] = rows->logs[row] = INFINITY;
    if (rows->marginals != NULL)
        memset(rows->marginals + row * states, 0, (size_t)states * sizeof(double));
    set_deadline(call, limits);
    call->status = DONE;
    if (setjmp(call->out) != 0) {
        rows->logs[row] = INFINITY;
        if (rows->marginals != NULL)
            memset(rows->marginals + row * states, 0, (size_t)states * sizeof(double));
        if (call->status != ROUGH) { /* what is half made serves no other row */
            give_back(call, NULL);
            planned->hard = NULL;
        }
        return rows->status[row] = call->status;
    }
    if (!is_sound(flat, hard))
        leave(call, BAD);
    if (!serves(call, flat, rows, row, hard, planned)) {
        give_back(call, NULL);
        planned->hard = NULL;
        plan_pattern(call, flat, rows, row, hard, times, limits, planned);
    }
    answer_row(call, flat, rows, row, limits, planned);
    return rows->status[row] = DONE;
}

/* Answer the rows `first` to `last`.
 *
 * A row is planned as it would be by itself, so that it is answered to the same digits; one pattern
 * that serves all rows is planned with care, since its program is used often. */
DOOR int32_t kneebayes_rows(const Flat *flat, const Rows *rows, const Limits *limits, Int first,
                            Int last)
{
    Call call;
    Planned planned = {NULL, NULL, NULL, NULL, NULL, NULL};
    Int times = rows->hard_step > 0 ? 1 : last - first;
    int status = DONE;
    open_call(&call, limits, rows->stop);
    for (Int row = first; row < last; row++) {
        if (status == STOPPED) {
            rows->status[row] = STOPPED;
            rows->logs[row] = INFINITY;
            continue;
        }
        status = try_row(&call, flat, rows, row, times, limits, &planned);
    }
    give_back(&call, NULL);
    return status;
}

/* Nothing that depends on one node alone is scaled here: two runs must be in the same measure. */
static void answer_gradients(Call *call, const Flat *flat, const Rows *rows, const Limits *limits,
                             const Gradients *gradients)
{
    const State *hard = rows->hard;
    Int n = flat->nodes, states = flat->own_start[n];
    uint8_t *relevant = take(call, n, 1);
    for (Int at = 0; at < n; at++)
        relevant[at] = rows->wanted[at] || rows->softened[at] || hard[at] >= 0;
    mark_relevant(flat, relevant);
    uint8_t *mild = take_zero(call, n, 1);
    Query *query = open_query(call, flat, hard, relevant, relevant, mild, NULL);
    Program *program = plan(call, flat, hard, query, 1, limits);
    rows->widths[0] = program->width;
    rows->costs[0] = program->cost;
    if (!(program->cost < INFINITY) || program->cost > limits->dearest)
        leave(call, TOO_WIDE);
    Workspace *space = make_workspace(call, flat, program, relevant, 1);
    memset(space->needed, 1, (size_t)program->table_count);
    feclearexcept(TROUBLE);
    double log = fill_leaves(flat, program, rows->numbers, hard, rows->soft, relevant, space);
    log += run_forward(call, flat, program, rows->numbers, space);
    memcpy(gradients->weights, space->own, (size_t)states * sizeof(double));
    if (log > -INFINITY) {
        run_backward(call, flat, program, rows->numbers, space, gradients->own);
        for (Int leaf = 0; leaf < query->leaves_count; leaf++) {
            const double *values = space->gradients + program->offset[leaf];
            for (Int place = 0; place < size_of(program, leaf); place++)
                gradients->tables[table_entry(flat, hard, query->leaves[leaf], place)] =
                    values[place];
        }
        share_out(call, flat, program, rows->numbers, space, gradients);
    }
    rows->logs[0] = log;
    if (fetestexcept(TROUBLE) || !(log < INFINITY))
        leave(call, ROUGH);
}

/* Answer one question with the gradient of every link, leak and table. */
DOOR int32_t kneebayes_gradients(const Flat *flat, const Rows *rows, const Limits *limits,
                                 const Gradients *gradients)
{
    Call call;
    open_call(&call, limits, rows->stop);
    rows->logs[0] = rows->costs[0] = INFINITY;
    rows->widths[0] = 0.0;
    if (setjmp(call.out) == 0) {
        if (!is_sound(flat, rows->hard))
            leave(&call, BAD);
        answer_gradients(&call, flat, rows, limits, gradients);
    }
    give_back(&call, NULL);
    return rows->status[0] = call.status;
}

static void answer_joint(Call *call, const Flat *flat, const Rows *rows, const Limits *limits,
                         const uint8_t *kept, Int room, Int *scope, Int *scope_size,
                         double *table, double *own)
{
    const State *hard = rows->hard;
    Int n = flat->nodes, states = flat->own_start[n];
    uint8_t *named = take(call, n, 1), *relevant = take(call, n, 1);
    for (Int at = 0; at < n; at++) {
        named[at] = rows->wanted[at] || rows->softened[at] || kept[at];
        relevant[at] = named[at] || hard[at] >= 0;
    }
    mark_relevant(flat, relevant);
    uint8_t *mild = take(call, n, 1);
    mark_mild(flat, hard, rows->numbers, relevant, named, mild);
    Query *query = open_query(call, flat, hard, relevant, named, mild, kept);
    Program *program = plan(call, flat, hard, query, 1, limits);
    rows->widths[0] = program->width;
    rows->costs[0] = program->cost;
    if (!(program->cost < INFINITY) || program->cost > limits->dearest)
        leave(call, TOO_WIDE);
    Workspace *space = make_workspace(call, flat, program, rows->wanted, 0);
    feclearexcept(TROUBLE);
    double log = fill_leaves(flat, program, rows->numbers, hard, rows->soft, relevant, space);
    log += run_forward(call, flat, program, rows->numbers, space);
    memcpy(own, space->own, (size_t)states * sizeof(double));
    Int last = program->last, size = last < 0 ? 1 : size_of(program, last);
    if (size > room)
        leave(call, BAD);
    *scope_size = 0;
    table[0] = 1.0;
    if (last >= 0) {
        for (Int i = program->scope_start[last]; i < program->scope_start[last + 1]; i++)
            scope[(*scope_size)++] = query->node[program->scopes[i]];
        memcpy(table, space->work + program->offset[last], (size_t)size * sizeof(double));
    }
    rows->logs[0] = log;
    if (fetestexcept(TROUBLE) || !(log < INFINITY))
        leave(call, ROUGH);
}

/* Joint probability of the states of some open nodes and of the evidence of one question.
 *
 * The table is to be multiplied by exp(log), and along each axis by what `own` says of that node's
 * states; its axes are the nodes in `scope`. Kept nodes that nothing else depends on are missing
 * from it. `room`: entries that `table` can take. */
DOOR int32_t kneebayes_joint(const Flat *flat, const Rows *rows, const Limits *limits,
                             const uint8_t *kept, Int room, Int *scope, Int *scope_size,
                             double *table, double *own)
{
    Call call;
    open_call(&call, limits, rows->stop);
    rows->logs[0] = rows->costs[0] = INFINITY;
    rows->widths[0] = 0.0;
    if (setjmp(call.out) == 0) {
        if (!is_sound(flat, rows->hard))
            leave(&call, BAD);
        answer_joint(&call, flat, rows, limits, kept, room, scope, scope_size, table, own);
    }
    give_back(&call, NULL);
    return rows->status[0] = call.status;
}

/* The kernel's clock, on which its limits are set. */
DOOR double kneebayes_now(void)
{
    return now();
}

/* Sizes of the records above, for Python to compare with its own. */
DOOR void kneebayes_sizes(Int *sizes)
{
    sizes[0] = sizeof(Flat);
    sizes[1] = sizeof(Limits);
    sizes[2] = sizeof(Rows);
    sizes[3] = sizeof(Gradients);
}

/* Whether the processor has the wider instructions that the faster build needs. */
DOOR int32_t kneebayes_is_wide(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") != 0;
#else
    return 0;
#endif
}
