/* What the files of the kernel share: the network, a question, its program, working memory.
 *
 * The mathematics is on the page ../README.md. Two rules keep this code safe:
 *   - every array is taken by take(), which counts bytes and never returns a null pointer;
 *   - whoever gives up calls leave(), which goes straight to the door: nothing is written after.
 * All memory of a call is given back at the door, so no question can spoil the next. */
#ifndef KNEEBAYES_KERNEL_H
#define KNEEBAYES_KERNEL_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t Int;
typedef int16_t State; /* index of a state, or -1 */
typedef uint64_t Word;

#define NONE ((Int)-1)

/* A network as flat arrays, parents before children (batch.py says what each holds). */
typedef struct {
    Int nodes;
    const Int *states, *own_start, *is_or, *parent_start, *parents, *number_start, *link_at;
} Flat;

/* How much one question may take (limits.json has the values). */
typedef struct {
    Int tries;      /* orders tried at most */
    Int most;       /* entries of all tables together */
    double dearest; /* multiplications of one pass */
    double bytes;   /* memory of one question */
    double seconds; /* time of one question; infinity where none is set */
    double until;   /* when all questions must be answered, by now() */
    double cheap;   /* multiplications below which the first order is good enough */
    double dear;    /* multiplications for which one more order is worth trying */
    double widest;  /* log2 of the entries of the largest table */
} Limits;

/* Questions side by side; an array with a step of 0 serves all rows. */
typedef struct {
    const double *numbers, *soft;
    const State *hard;
    Int numbers_step, soft_step, hard_step;
    const uint8_t *wanted, *softened;
    double *logs, *marginals, *widths, *costs; /* marginals: null where none are wanted */
    int32_t *status;
    const volatile int32_t *stop; /* not zero: give up */
} Rows;

/* Gradients of ln P(evidence); batch.py says what each holds. */
typedef struct {
    double *own, *links, *pairs, *tables, *weights;
} Gradients;

/* How a row ended. */
enum { DONE = 0, TOO_WIDE = 1, TOO_SLOW = 2, STOPPED = 3, ROUGH = 4, NO_MEMORY = 5, BAD = 6 };

typedef struct Block {
    struct Block *before;
    size_t bytes;
} Block;

/* One call: its memory, and where to go when it gives up. */
typedef struct {
    Block *blocks;
    double used, most; /* bytes */
    jmp_buf out;
    int status;
    const volatile int32_t *stop;
    double deadline;
    Int polls;
} Call;

/* The open part of a network under one pattern of evidence.
 *
 * A variable is the state of a node, or the fired-yet bit of its family. */
typedef struct {
    Int m, words, links, leaves_count;
    Int *state, *bit;    /* for each node its variables, or NONE */
    Int *node, *size;    /* for each variable */
    Int *becomes;        /* the state that the bit of a hidden node turns into, or NONE */
    Int *across;         /* the other parent of the table that a bit acts through, or NONE */
    uint8_t *is_bit, *kept;
    uint8_t *mild; /* for each variable whether it is the bit of a mild node; see mark_mild */
    Int *ends, *link_at; /* for each link its bit and its state; where its strengths stand */
    Int *at_start, *at_link; /* for each variable the links that it is an end of */
    Int *leaves;         /* nodes whose table spans several open nodes */
    Word *near;          /* for each variable the set of those it shares a link or table with */
} Query;

enum { JOIN, SUM, FIRED, HIDDEN, THROUGH, MILD };

/* Axes of a table in another order, outermost first; neighbours that stay so are one axis. */
typedef struct {
    Int axes;
    Int *size, *stride;
} Reorder;

/* One step: a join of two tables, or the table of one variable built and the variable out. */
typedef struct {
    Int kind, a, b, table, out, first_link, last_link;
    Int last_child; /* MILD: links to children stand from last_link to here */
    Int across, at, apart, beside; /* THROUGH: other parent, where its entries start, strides */
    Int outer, bits, middle, run;  /* JOIN: only in b; shared bits that are joined by OR; others */
    int run_is_shared;             /* whether the innermost group is the shared states */
    Reorder of_a, of_b;
} Step;

/* What to do for one pattern of evidence; the numbers come later. */
typedef struct {
    const Query *query;
    Step *steps;
    Int step_count, link_count, table_count, final_count, last;
    Int *noted, *link_at, *link_other, *link_stride;
    Int *scope_start, *scopes, scopes_room, table_room;
    Word *masks;
    Int *offset; /* where each table stands in the workspace */
    Int *finals; /* tables without variables: their product is P(evidence) */
    double width, cost;
    Int scratch; /* doubles that the largest join needs on the way */
} Program;

/* Room for the numbers of one question. */
typedef struct {
    double *own, *pairs, *work, *gradients, *scales, *scratch;
    uint8_t *needed;
} Workspace;

/* memory.c */
void *take(Call *call, Int count, size_t size);
void *take_zero(Call *call, Int count, size_t size);
void give_back(Call *call, Block *mark);
void leave(Call *call, int status);
void poll(Call *call);
double now(void);

/* query.c */
void mark_relevant(const Flat *flat, uint8_t *relevant);
void mark_mild(const Flat *flat, const State *hard, const double *numbers, const uint8_t *relevant,
               const uint8_t *named, uint8_t *mild);
Query *open_query(Call *call, const Flat *flat, const State *hard, const uint8_t *relevant,
                  const uint8_t *named, const uint8_t *mild, const uint8_t *kept);
Int leaf_scope(const Flat *flat, const State *hard, Int at, const Int *state, Int *out);
Int other_parent(const Flat *flat, Int at, Int parent);

/* order.c */
typedef struct {
    double size, hidden, observed, chance;
} Rule;
double greedy_order(Call *call, const Query *query, Rule rule, uint64_t seed, Int *order,
                    Int *length);

/* program.c */
Program *plan(Call *call, const Flat *flat, const State *hard, const Query *query, Int times,
              const Limits *limits);
Int stride_of(const Program *program, Int table, Int variable);
Int size_of(const Program *program, Int table);

/* tables.c */
Int fill(const Program *program, const Step *step, double *work);
void take_state(const Program *program, const Step *step, const double *numbers,
                const double *weights, double *work);
void take_state_back(const Program *program, const Step *step, const double *numbers,
                     const double *weights, double *work, double *gradients, double *own);
void take_bit(const Program *program, const Step *step, const double *numbers,
              const double *pair, const double *own, double *scratch, double *work);
void take_bit_back(const Program *program, const Step *step, const double *numbers,
                   const double *pair, const double *own, double *scratch, double *gradients);
Int fire_bit(double *slab, Int filled, Int stride, double strength, int mild);
void fire_bit_back(double *slab, Int filled, Int before, Int stride, double strength, int mild);
Int fire_states(double *none, double *some, Int filled, Int stride, Int size,
                const double *strengths, int mild);
void fire_states_back(double *none, double *some, Int filled, Int before, Int stride, Int size,
                      const double *strengths, int mild);
int is_mild(const Program *program, Int link);

/* joins.c */
void join(Call *call, const Program *program, const Step *step, Workspace *space);
void join_back(Call *call, const Program *program, const Step *step, Workspace *space);

/* passes.c */
Workspace *make_workspace(Call *call, const Flat *flat, const Program *program,
                          const uint8_t *wanted, int back);
double fill_leaves(const Flat *flat, const Program *program, const double *numbers,
                   const State *hard, const double *soft, const uint8_t *relevant,
                   Workspace *space);
double run_forward(Call *call, const Flat *flat, const Program *program, const double *numbers,
                   Workspace *space);
void run_backward(Call *call, const Flat *flat, const Program *program, const double *numbers,
                  Workspace *space, double *pulled);
Int table_entry(const Flat *flat, const State *hard, Int at, Int place);
double largest_of(const double *values, Int count);

/* gradients.c */
void share_out(Call *call, const Flat *flat, const Program *program, const double *numbers,
               Workspace *space, const Gradients *gradients);

#endif
