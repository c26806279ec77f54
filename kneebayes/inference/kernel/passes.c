/* The numbers a question starts from, and one pass there and one back through its program. */
#include "kernel.h"

#include <math.h>
#include <string.h>

#define TINY 0x1p-300   /* what depends on one node alone is scaled up where all of it is below */
#define SMALL 0.0625    /* and a table whose largest entry is below */

/* Where an open entry of a table stands among the numbers of the network. */
Int table_entry(const Flat *flat, const State *hard, Int at, Int place)
{
    Int first = flat->parent_start[at], members = flat->parent_start[at + 1] - first + 1;
    Int where = flat->number_start[at], stride = 1;
    for (Int i = members - 1; i >= 0; i--) {
        Int member = i == members - 1 ? at : flat->parents[first + i];
        if (hard[member] >= 0) {
            where += hard[member] * stride;
        } else {
            where += place % flat->states[member] * stride;
            place /= flat->states[member];
        }
        stride *= flat->states[member];
    }
    return where;
}

/* The largest of numbers that are not negative; 0 of none. */
double largest_of(const double *values, Int count)
{
    double lanes[4] = {0.0, 0.0, 0.0, 0.0};
    Int i = 0;
    for (; i + 4 <= count; i += 4)
        for (int k = 0; k < 4; k++)
            lanes[k] = lanes[k] < values[i + k] ? values[i + k] : lanes[k];
    for (; i < count; i++)
        lanes[0] = lanes[0] < values[i] ? values[i] : lanes[0];
    double first = lanes[0] < lanes[1] ? lanes[1] : lanes[0];
    double second = lanes[2] < lanes[3] ? lanes[3] : lanes[2];
    return first < second ? second : first;
}

static void scale(double *values, Int count, double factor)
{
    for (Int i = 0; i < count; i++)
        values[i] *= factor;
}

/* Scale numbers up by a power of two if all are below a limit; returns the power. */
static double lift(double *values, Int count, double below)
{
    double largest = largest_of(values, count);
    if (!(largest > 0.0) || largest >= below)
        return 1.0;
    int exponent;
    frexp(largest, &exponent);
    double factor = ldexp(1.0, exponent < -999 ? 1000 : 1 - exponent);
    scale(values, count, factor);
    return factor;
}

static double log_of(double probability)
{
    return probability > 0.0 ? log(probability) : -INFINITY;
}

/* ln of what lifting numbers that depend on one node alone takes off. */
static double lift_own(double *own, Int count)
{
    double factor = lift(own, count, TINY);
    return factor == 1.0 ? 0.0 : -log(factor);
}

static double or_leaf(const Flat *flat, const Query *query, const double *numbers,
                      const State *hard, Int at, Workspace *space)
{
    double *own = space->own, *pair = space->pairs + 2 * at;
    double fired = numbers[flat->number_start[at]], unfired = 1.0 - fired, logs = 0.0;
    for (Int slot = flat->parent_start[at]; slot < flat->parent_start[at + 1]; slot++) {
        Int parent = flat->parents[slot], link = flat->link_at[slot];
        if (hard[parent] >= 0) {
            double strength = numbers[link + hard[parent]];
            fired += unfired * strength;
            unfired *= 1.0 - strength;
        } else if (hard[at] == 0) {
            double *mine = own + flat->own_start[parent];
            for (Int state = 0; state < flat->states[parent]; state++)
                mine[state] *= 1.0 - numbers[link + state];
            logs += lift_own(mine, flat->states[parent]);
        }
    }
    pair[0] = unfired;
    pair[1] = fired;
    if (hard[at] == 0)
        return logs + log_of(unfired);
    if (query->bit[at] < 0) {
        if (hard[at] > 0)
            return log_of(fired);
        double *mine = own + flat->own_start[at];
        mine[0] *= unfired;
        mine[1] *= fired;
        logs += lift_own(mine, 2);
    }
    return logs;
}

static double table_leaf(const Flat *flat, const double *numbers, const State *hard, Int at,
                         double *own)
{
    Int first = flat->parent_start[at], members = flat->parent_start[at + 1] - first + 1;
    Int base = flat->number_start[at], still = NONE, apart = 1, stride = 1, number = 0;
    for (Int i = members - 1; i >= 0; i--) {
        Int member = i == members - 1 ? at : flat->parents[first + i];
        if (hard[member] >= 0) {
            base += hard[member] * stride;
        } else {
            still = member;
            apart = stride;
            number++;
        }
        stride *= flat->states[member];
    }
    if (number == 0)
        return log_of(numbers[base]);
    if (number > 1)
        return 0.0;
    double *mine = own + flat->own_start[still];
    for (Int state = 0; state < flat->states[still]; state++)
        mine[state] *= numbers[base + state * apart];
    return lift_own(mine, flat->states[still]);
}

/* Gather the numbers of a question; returns ln of the factors that depend on nothing open. */
double fill_leaves(const Flat *flat, const Program *program, const double *numbers,
                   const State *hard, const double *soft, const uint8_t *relevant,
                   Workspace *space)
{
    const Query *query = program->query;
    double logs = 0.0;
    memcpy(space->own, soft, (size_t)flat->own_start[flat->nodes] * sizeof(double));
    for (Int at = 0; at < flat->nodes; at++) {
        if (!relevant[at])
            continue;
        if (flat->is_or[at])
            logs += or_leaf(flat, query, numbers, hard, at, space);
        else
            logs += table_leaf(flat, numbers, hard, at, space->own);
    }
    for (Int leaf = 0; leaf < query->leaves_count; leaf++) {
        double *values = space->work + program->offset[leaf];
        Int size = size_of(program, leaf);
        for (Int place = 0; place < size; place++)
            values[place] = numbers[table_entry(flat, hard, query->leaves[leaf], place)];
    }
    return logs;
}

/* For each table whether a node whose posterior is wanted was summed out on the way to it. */
static void mark_needed(const Program *program, const uint8_t *wanted, uint8_t *needed)
{
    for (Int done = 0; done < program->step_count; done++) {
        const Step *step = &program->steps[done];
        int below = step->a >= 0 && needed[step->a];
        if (step->kind == JOIN)
            below = below || needed[step->b];
        else if (step->kind == SUM)
            below = below ||
                    wanted[program->query->node[program->scopes[program->scope_start[step->table]]]];
        needed[step->out] = (uint8_t)below;
    }
}

/* Room for the numbers of one program. */
Workspace *make_workspace(Call *call, const Flat *flat, const Program *program,
                          const uint8_t *wanted, int back)
{
    Workspace *space = take_zero(call, 1, sizeof(Workspace));
    Int total = program->offset[program->table_count];
    space->own = take(call, flat->own_start[flat->nodes], sizeof(double));
    space->pairs = take_zero(call, 2 * flat->nodes, sizeof(double));
    space->scales = take(call, program->table_count + 1, sizeof(double));
    space->needed = take_zero(call, program->table_count + 1, 1);
    space->scratch = take(call, program->scratch, sizeof(double));
    space->work = take(call, total, sizeof(double));
    space->gradients = back ? take(call, total, sizeof(double)) : NULL;
    mark_needed(program, wanted, space->needed);
    return space;
}

static Int node_of(const Program *program, const Step *step)
{
    return program->query->node[program->scopes[program->scope_start[step->table]]];
}

/* Fill all tables; returns the natural logarithm of the product of the last ones. */
double run_forward(Call *call, const Flat *flat, const Program *program, const double *numbers,
                   Workspace *space)
{
    double logs = 0.0;
    for (Int done = 0; done < program->step_count; done++) {
        const Step *step = &program->steps[done];
        poll(call);
        if (step->kind == JOIN) {
            join(call, program, step, space);
        } else {
            Int node = node_of(program, step);
            if (step->kind == SUM)
                take_state(program, step, numbers, space->own + flat->own_start[node], space->work);
            else
                take_bit(program, step, numbers, space->pairs + 2 * node,
                         space->own + flat->own_start[node], space->scratch, space->work);
        }
        double factor = lift(space->work + program->offset[step->out],
                             size_of(program, step->out), SMALL);
        space->scales[step->out] = factor;
        if (factor != 1.0)
            logs -= log(factor);
    }
    for (Int i = 0; i < program->final_count; i++)
        logs += log_of(space->work[program->offset[program->finals[i]]]);
    return logs;
}

/* Gradient of ln P(evidence) in all that depends on each state of each node alone.
 *
 * Only for what is needed: where no wanted node lies below a table, nothing is done. */
void run_backward(Call *call, const Flat *flat, const Program *program, const double *numbers,
                  Workspace *space, double *pulled)
{
    for (Int i = 0; i < program->final_count; i++) {
        Int place = program->offset[program->finals[i]];
        space->gradients[place] = 1.0 / space->work[place];
    }
    for (Int done = program->step_count - 1; done >= 0; done--) {
        const Step *step = &program->steps[done];
        if (!space->needed[step->out])
            continue;
        poll(call);
        if (space->scales[step->out] != 1.0)
            scale(space->gradients + program->offset[step->out], size_of(program, step->out),
                  space->scales[step->out]);
        if (step->kind == JOIN) {
            join_back(call, program, step, space);
            continue;
        }
        Int node = node_of(program, step);
        if (step->kind == SUM)
            take_state_back(program, step, numbers, space->own + flat->own_start[node],
                            space->work, space->gradients, pulled + flat->own_start[node]);
        else
            take_bit_back(program, step, numbers, space->pairs + 2 * node,
                          space->own + flat->own_start[node], space->scratch, space->gradients);
    }
}
