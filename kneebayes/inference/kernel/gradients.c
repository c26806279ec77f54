/* What each link and leak contributes: gradients of single links, after a pass there and back.
 *
 * A link is a table over its bit that says how probable it is that it fires nothing (0) or
 * something (1). The gradient of ln P(evidence) in both entries gives the derivative in the
 * strength (their difference) and P(the link fires | evidence) (strength times the second). Where
 * links are asked about every node is named, so none is mild. */
#include "kernel.h"

#include <string.h>

static void add_bit_share(const double *values, const double *pulled, Int before, Int after,
                          Int stride, double *link)
{
    double nothing = 0.0, something = 0.0;
    if (before < after) {
        for (Int i = 0; i < before; i++) {
            nothing += values[i] * pulled[i];
            something += values[i] * pulled[before + i];
        }
    } else {
        for (Int base = 0; base < before; base += 2 * stride)
            for (Int i = base; i < base + stride; i++) {
                Int j = i + stride;
                nothing += values[i] * pulled[i] + values[j] * pulled[j];
                something += (values[i] + values[j]) * pulled[j];
            }
    }
    link[0] += nothing;
    link[1] += something;
}

static void share_state(Call *call, const Program *program, const Step *step,
                        const double *numbers, const double *weights, Workspace *space,
                        double *links)
{
    const double *result = space->gradients + program->offset[step->out];
    double *table = space->work + program->offset[step->table];
    Int part = size_of(program, step->out), states = size_of(program, step->table) / part;
    Int count = step->last_link - step->first_link, known = fill(program, step, space->work);
    double *before = take(call, count * part, sizeof(double));
    double *pulled = take(call, part, sizeof(double));
    Int *lengths = take(call, count + 1, sizeof(Int));
    for (Int state = 0; state < states; state++) {
        double *slab = table + state * part;
        lengths[0] = known;
        for (Int k = 0; k < count; k++) {
            Int link = step->first_link + k;
            memcpy(before + k * part, slab, (size_t)lengths[k] * sizeof(double));
            lengths[k + 1] = fire_bit(slab, lengths[k], program->link_stride[link],
                                      numbers[program->link_at[link] + state], 0);
        }
        for (Int i = 0; i < part; i++)
            pulled[i] = weights[state] * result[i];
        for (Int k = count - 1; k >= 0; k--) {
            Int link = step->first_link + k, at = program->link_at[link] + state;
            Int stride = program->link_stride[link];
            add_bit_share(before + k * part, pulled, lengths[k], lengths[k + 1], stride,
                          links + 2 * at);
            fire_bit_back(pulled, lengths[k + 1], lengths[k], stride, numbers[at], 0);
        }
    }
}

/* Gradients of a family's two halves after its leak acted, and those of the leak. */
static void open_family(const Program *program, const Step *step, const double *none,
                        const double *some, const Workspace *space, double *to_none,
                        double *to_some, double *pair)
{
    const double *result = space->gradients + program->offset[step->out];
    Int part = size_of(program, step->table) / 2;
    size_t bytes = (size_t)part * sizeof(double);
    memset(to_none, 0, bytes);
    memset(to_some, 0, bytes);
    if (step->kind == FIRED) {
        memcpy(to_some, result, bytes);
    } else if (size_of(program, step->out) == 2 * part) {
        memcpy(to_none, result, bytes);
        memcpy(to_some, result + part, bytes);
    } else {
        Int apart = stride_of(program, step->out, step->b);
        for (Int base = 0; base < part; base += 2 * apart)
            for (Int i = base; i < base + apart; i++) {
                to_none[i] = result[i];
                to_some[i + apart] = result[i + apart];
            }
    }
    pair[0] = pair[1] = 0.0;
    for (Int i = 0; i < part; i++) {
        pair[0] += none[i] * to_none[i] + some[i] * to_some[i];
        pair[1] += (none[i] + some[i]) * to_some[i];
    }
}

static void share_bit(Call *call, const Program *program, const Step *step,
                      const double *numbers, Int node, Workspace *space,
                      const Gradients *gradients)
{
    Int part = size_of(program, step->table) / 2, count = step->last_link - step->first_link;
    double *none = space->work + program->offset[step->table], *some = none + part;
    double *before = take(call, 2 * count * part, sizeof(double));
    double *to_none = take(call, part, sizeof(double)), *to_some = take(call, part, sizeof(double));
    Int *lengths = take(call, count + 1, sizeof(Int));
    lengths[0] = fill(program, step, space->work);
    for (Int k = 0; k < count; k++) {
        Int link = step->first_link + k;
        size_t bytes = (size_t)lengths[k] * sizeof(double);
        memcpy(before + 2 * k * part, none, bytes);
        memcpy(before + (2 * k + 1) * part, some, bytes);
        lengths[k + 1] = fire_states(none, some, lengths[k], program->link_stride[link],
                                     program->query->size[program->link_other[link]],
                                     numbers + program->link_at[link], 0);
    }
    open_family(program, step, none, some, space, to_none, to_some, gradients->pairs + 2 * node);
    double unfired = space->pairs[2 * node], fired = space->pairs[2 * node + 1];
    for (Int i = 0; i < part; i++) {
        to_none[i] = unfired * to_none[i] + fired * to_some[i];
        to_some[i] = (unfired + fired) * to_some[i];
    }
    for (Int k = count - 1; k >= 0; k--) {
        Int link = step->first_link + k, at = program->link_at[link];
        Int size = program->query->size[program->link_other[link]];
        Int first = lengths[k], after = lengths[k + 1];
        Int stride = first == after ? program->link_stride[link] : first;
        const double *was_none = before + 2 * k * part, *was_some = was_none + part;
        for (Int state = 0; state < size; state++) {
            double nothing = 0.0, something = 0.0;
            for (Int base = 0; base < after; base += size * stride)
                for (Int i = 0; i < stride; i++) {
                    Int j = base + state * stride + i, was = first < after ? i : j;
                    nothing += was_none[was] * to_none[j] + was_some[was] * to_some[j];
                    something += (was_none[was] + was_some[was]) * to_some[j];
                }
            gradients->links[2 * (at + state)] += nothing;
            gradients->links[2 * (at + state) + 1] += something;
        }
        fire_states_back(to_none, to_some, after, first, program->link_stride[link], size,
                         numbers + at, 0);
    }
}

/* Fill the gradients of links and pairs; both passes must have been run. */
void share_out(Call *call, const Flat *flat, const Program *program, const double *numbers,
               Workspace *space, const Gradients *gradients)
{
    for (Int done = 0; done < program->step_count; done++) {
        const Step *step = &program->steps[done];
        Block *mark = call->blocks;
        poll(call);
        if (step->kind == JOIN)
            continue;
        Int node = program->query->node[program->scopes[program->scope_start[step->table]]];
        if (step->kind == SUM)
            share_state(call, program, step, numbers, space->own + flat->own_start[node], space,
                        gradients->links);
        else
            share_bit(call, program, step, numbers, node, space, gradients);
        give_back(call, mark);
    }
}
