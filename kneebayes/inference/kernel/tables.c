/* The table of one variable: built from a source and links, then the variable taken out.
 *
 * A table has its variable outermost, one slab for each of its values. Links to what the source
 * holds act in place; each link to something new makes the filled part larger, so that nothing is
 * multiplied that is still zero.
 *
 * A link moves what had not fired yet from the half where the bit says none to the half where it
 * says some, with its strength as the share. The bit of a mild node says none or all: a link takes
 * from the half that says none, and the other stays. */
#include "kernel.h"

#include <string.h>

/* The parent's state is fixed, the bit is an axis of the slab; returns what is filled. */
Int fire_bit(double *slab, Int filled, Int stride, double strength, int mild)
{
    double rest = 1.0 - strength;
    if (mild) {
        if (stride >= filled) {
            memcpy(slab + filled, slab, (size_t)filled * sizeof(double));
            stride = filled;
            filled *= 2;
        }
        for (Int base = 0; strength != 0.0 && base < filled; base += 2 * stride)
            for (Int i = base; i < base + stride; i++)
                slab[i] *= rest;
        return filled;
    }
    if (stride >= filled) {
        double *fired = slab + filled;
        for (Int i = 0; i < filled; i++) {
            fired[i] = strength * slab[i];
            slab[i] *= rest;
        }
        return 2 * filled;
    }
    for (Int base = 0; base < filled; base += 2 * stride) {
        double *none = slab + base, *some = none + stride;
        for (Int i = 0; i < stride; i++) {
            some[i] += strength * none[i];
            none[i] *= rest;
        }
    }
    return filled;
}

/* Gradient before a link from that after it. */
void fire_bit_back(double *slab, Int filled, Int before, Int stride, double strength, int mild)
{
    double rest = 1.0 - strength;
    if (mild) {
        if (before < filled)
            for (Int i = 0; i < before; i++)
                slab[i] = rest * slab[i] + slab[before + i];
        else
            for (Int base = 0; strength != 0.0 && base < filled; base += 2 * stride)
                for (Int i = base; i < base + stride; i++)
                    slab[i] *= rest;
        return;
    }
    if (before < filled) {
        const double *some = slab + before;
        for (Int i = 0; i < before; i++)
            slab[i] = rest * slab[i] + strength * some[i];
        return;
    }
    for (Int base = 0; base < filled; base += 2 * stride) {
        double *none = slab + base;
        const double *some = none + stride;
        for (Int i = 0; i < stride; i++)
            none[i] = rest * none[i] + strength * some[i];
    }
}

/* The bit is split into two slabs, the parent's state is an axis of both. */
Int fire_states(double *none, double *some, Int filled, Int stride, Int size,
                const double *strengths, int mild)
{
    double gains = mild ? 0.0 : 1.0; /* what a link takes from none, some gains; all does not */
    if (stride >= filled) {
        for (Int state = size - 1; state >= 0; state--) {
            double strength = strengths[state], rest = 1.0 - strength;
            double *to_none = none + state * filled, *to_some = some + state * filled;
            for (Int i = 0; i < filled; i++) {
                to_some[i] = some[i] + gains * strength * none[i];
                to_none[i] = rest * none[i];
            }
        }
        return size * filled;
    }
    for (Int base = 0; base < filled; base += size * stride)
        for (Int state = 0; state < size; state++) {
            double strength = strengths[state], rest = 1.0 - strength;
            double *mine = none + base + state * stride, *fired = some + base + state * stride;
            if (strength != 0.0 && mild)
                for (Int i = 0; i < stride; i++)
                    mine[i] *= rest;
            else if (strength != 0.0)
                for (Int i = 0; i < stride; i++) {
                    fired[i] += strength * mine[i];
                    mine[i] *= rest;
                }
        }
    return filled;
}

/* Gradients of both slabs before a link from those after it. */
void fire_states_back(double *none, double *some, Int filled, Int before, Int stride, Int size,
                      const double *strengths, int mild)
{
    double gains = mild ? 0.0 : 1.0;
    if (before < filled) {
        double strength = gains * strengths[0], rest = 1.0 - strengths[0];
        for (Int i = 0; i < before; i++)
            none[i] = rest * none[i] + strength * some[i];
        for (Int state = 1; state < size; state++) {
            strength = gains * strengths[state];
            rest = 1.0 - strengths[state];
            const double *of_none = none + state * before, *of_some = some + state * before;
            for (Int i = 0; i < before; i++) {
                none[i] += rest * of_none[i] + strength * of_some[i];
                some[i] += of_some[i];
            }
        }
        return;
    }
    for (Int base = 0; base < filled; base += size * stride)
        for (Int state = 0; state < size; state++) {
            double strength = gains * strengths[state], rest = 1.0 - strengths[state];
            double *mine = none + base + state * stride;
            const double *fired = some + base + state * stride;
            if (rest != 1.0)
                for (Int i = 0; i < stride; i++)
                    mine[i] = rest * mine[i] + strength * fired[i];
        }
}

/* Whether a state fires none of a table's links, and leaves nothing where one would have fired. */
static int is_quiet(const Program *program, const Step *step, const double *numbers, Int state)
{
    for (Int link = step->first_link; link < step->last_link; link++)
        if (numbers[program->link_at[link] + state] != 0.0 || is_mild(program, link))
            return 0;
    return 1;
}

static Int variable_of(const Program *program, const Step *step)
{
    return program->scopes[program->scope_start[step->table]];
}

static void copy(double *to, const double *of, Int count)
{
    memcpy(to, of, (size_t)count * sizeof(double));
}

static void clear(double *to, Int count)
{
    memset(to, 0, (size_t)count * sizeof(double));
}

/* Copy the source of a step into the slabs of its table; returns how much of each is filled. */
Int fill(const Program *program, const Step *step, double *work)
{
    double *table = work + program->offset[step->table];
    Int variable = variable_of(program, step), size = program->query->size[variable];
    Int part = size_of(program, step->table) / size;
    int bit = program->query->is_bit[variable] && !program->query->mild[variable];
    if (step->a < 0) {
        for (Int state = 0; state < size; state++)
            table[state * part] = bit && state == 1 ? 0.0 : 1.0;
        return 1;
    }
    const double *values = work + program->offset[step->a];
    Int count = size_of(program, step->a), inner = stride_of(program, step->a, variable);
    if (inner == 0) {
        for (Int state = 0; state < size; state++) {
            if (bit && state == 1)
                clear(table + part, count);
            else
                copy(table + state * part, values, count);
        }
        return count;
    }
    Int filled = count / size;
    for (Int outer = 0; outer < filled / inner; outer++)
        for (Int state = 0; state < size; state++) {
            double *to = table + state * part + outer * inner;
            const double *of = values + (outer * size + state) * inner;
            for (Int i = 0; i < inner; i++)
                to[i] = of[i];
        }
    return filled;
}

/* Bring the gradient of a table, where its source filled it, back to the source. */
static void fill_back(const Program *program, const Step *step, Int filled, double *gradients)
{
    if (step->a < 0)
        return;
    const double *table = gradients + program->offset[step->table];
    Int variable = variable_of(program, step), size = program->query->size[variable];
    Int part = size_of(program, step->table) / size;
    double *values = gradients + program->offset[step->a];
    Int inner = stride_of(program, step->a, variable);
    if (inner == 0) {
        copy(values, table, filled);
        if (!program->query->is_bit[variable] || program->query->mild[variable])
            for (Int state = 1; state < size; state++)
                for (Int i = 0; i < filled; i++)
                    values[i] += table[state * part + i];
        return;
    }
    for (Int outer = 0; outer < filled / inner; outer++)
        for (Int state = 0; state < size; state++) {
            const double *of = table + state * part + outer * inner;
            double *to = values + (outer * size + state) * inner;
            for (Int i = 0; i < inner; i++)
                to[i] = of[i];
        }
}

/* How much of each slab the source of a step fills. */
static Int source_filled(const Program *program, const Step *step)
{
    if (step->a < 0)
        return 1;
    Int variable = variable_of(program, step), size = size_of(program, step->a);
    return stride_of(program, step->a, variable) > 0 ? size / program->query->size[variable] : size;
}

/* Build the table of a node's state and sum the states out, each with its weight. */
void take_state(const Program *program, const Step *step, const double *numbers,
                const double *weights, double *work)
{
    double *result = work + program->offset[step->out], *table = work + program->offset[step->table];
    Int part = size_of(program, step->out), states = size_of(program, step->table) / part;
    Int known = fill(program, step, work);
    clear(result, part);
    for (Int state = 0; state < states; state++) {
        double *slab = table + state * part, weight = weights[state];
        Int filled = known;
        if (!is_quiet(program, step, numbers, state))
            for (Int link = step->first_link; link < step->last_link; link++)
                filled = fire_bit(slab, filled, program->link_stride[link],
                                  numbers[program->link_at[link] + state], is_mild(program, link));
        for (Int i = 0; i < filled; i++)
            result[i] += weight * slab[i];
    }
}

/* Gradient of one slab from that of the sum; returns that of the slab's weight. */
static double weigh_back(const double *values, const double *result, double *slab, Int filled,
                         double weight)
{
    double sums[4] = {0.0, 0.0, 0.0, 0.0};
    Int i = 0;
    for (; i + 4 <= filled; i += 4)
        for (int lane = 0; lane < 4; lane++) {
            sums[lane] += values[i + lane] * result[i + lane];
            slab[i + lane] = weight * result[i + lane];
        }
    for (; i < filled; i++) {
        sums[0] += values[i] * result[i];
        slab[i] = weight * result[i];
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* Gradients of the source and of the weights from that of the result. */
void take_state_back(const Program *program, const Step *step, const double *numbers,
                     const double *weights, double *work, double *gradients, double *own)
{
    const double *result = gradients + program->offset[step->out];
    const double *table = work + program->offset[step->table];
    double *pulled = gradients + program->offset[step->table];
    Int part = size_of(program, step->out), states = size_of(program, step->table) / part;
    Int known = source_filled(program, step);
    for (Int state = 0; state < states; state++) {
        int quiet = is_quiet(program, step, numbers, state);
        Int filled = quiet ? known : part;
        double *slab = pulled + state * part;
        own[state] = weigh_back(table + state * part, result, slab, filled, weights[state]);
        if (quiet)
            continue;
        for (Int link = step->last_link - 1; link >= step->first_link; link--) {
            Int stride = program->link_stride[link], before = stride >= known ? stride : filled;
            fire_bit_back(slab, filled, before, stride, numbers[program->link_at[link] + state],
                          is_mild(program, link));
            filled = before;
        }
    }
    fill_back(program, step, known, gradients);
}

/* How the state that a bit becomes by a table, and the table's other parent, lie.
 *
 * apart, beside: their strides in a half of the step's table, 0 where they are new there;
 * run: entries in a row for which both are the same;
 * slab, fresh: how far their states are apart in the result if they are new, else 0. */
typedef struct {
    Int apart, beside, others, run, slab, fresh;
} Ways;

static Ways ways_of(const Program *program, const Step *step, Int part)
{
    Ways ways = {stride_of(program, step->table, step->b), 0, 1, 0, 0, 0};
    ways.run = ways.apart == 0 ? part : ways.apart;
    if (step->across >= 0) {
        ways.beside = stride_of(program, step->table, step->across);
        ways.others = program->query->size[step->across];
        if (ways.beside == 0)
            ways.fresh = part;
        else if (ways.beside < ways.run)
            ways.run = ways.beside;
    }
    ways.slab = ways.apart > 0 ? 0 : part * (ways.fresh > 0 ? ways.others : 1);
    return ways;
}

/* Whether a row of a table, from its start, belongs to two states. */
static int agrees(Ways ways, Int start, Int state, Int other)
{
    if (ways.apart > 0 && start / ways.apart % 2 != state)
        return 0;
    return ways.beside == 0 || start / ways.beside % ways.others == other;
}

/* A noisy-OR adds risks and a table lets what it fires through, more or less often by the state of
   the table's other parent: from both halves of a family's table, or back to them. */
static void let_through(const Program *program, const Step *step, const double *numbers,
                        const double *pair, double *none, double *some, double *result, int back)
{
    Int part = size_of(program, step->table) / 2;
    Ways ways = ways_of(program, step, part);
    if (back) {
        clear(none, part);
        clear(some, part);
    }
    for (Int start = 0; start < part; start += ways.run)
        for (Int state = 0; state < 2; state++)
            for (Int other = 0; other < ways.others; other++) {
                if (!agrees(ways, start, state, other))
                    continue;
                Int at = step->at + other * step->beside + state;
                double of_some = numbers[at + step->apart];
                double of_none = pair[0] * numbers[at] + pair[1] * of_some;
                double *to = result + start + state * ways.slab + other * ways.fresh;
                double *mine = none + start, *fired = some + start;
                if (back)
                    for (Int i = 0; i < ways.run; i++) {
                        mine[i] += of_none * to[i];
                        fired[i] += of_some * to[i];
                    }
                else
                    for (Int i = 0; i < ways.run; i++)
                        to[i] = of_none * mine[i] + of_some * fired[i];
            }
}

/* What both halves of a mild node's table are to be multiplied by, for each pattern of its
   children's bits (the first in the lowest place): its own weights, and the links to the children. */
static void mild_factors(const Program *program, const Step *step, const double *numbers,
                         const double *pair, const double *own, double *of_none, double *of_all)
{
    Int filled = 1;
    of_none[0] = own[0];
    of_all[0] = own[1];
    for (Int link = step->last_link; link < step->last_child; link++) {
        const double *strengths = numbers + program->link_at[link];
        for (Int i = 0; i < filled; i++) {
            of_none[filled + i] = of_none[i];
            of_all[filled + i] = of_all[i];
            of_none[i] *= 1.0 - strengths[0];
            of_all[i] *= 1.0 - strengths[1];
        }
        filled *= 2;
    }
    for (Int i = 0; i < filled; i++)
        of_none[i] = pair[0] * (of_none[i] - of_all[i]);
}

/* Close a mild family: w1 all + (w0 - w1) none for each pattern of the children's bits; or back. */
static void close_mild(const Program *program, const Step *step, const double *factors_none,
                       const double *factors_all, double *none, double *all, double *result,
                       int back)
{
    Int part = size_of(program, step->table) / 2, run = part, slabs = size_of(program, step->out) / part;
    for (Int link = step->last_link; link < step->last_child; link++)
        if (program->link_stride[link] > 0 && program->link_stride[link] < run)
            run = program->link_stride[link];
    if (back) {
        clear(none, part);
        clear(all, part);
    }
    for (Int slab = 0; slab < slabs; slab++)
        for (Int start = 0; start < part; start += run) {
            Int place = 0, fresh = slab;
            for (Int link = step->last_link; link < step->last_child; link++) {
                Int stride = program->link_stride[link], value;
                if (stride > 0) {
                    value = start / stride & 1;
                } else { /* new here: the first of them innermost */
                    value = fresh & 1;
                    fresh >>= 1;
                }
                place |= value << (link - step->last_link);
            }
            double of_none = factors_none[place], of_all = factors_all[place];
            double *to = result + slab * part + start;
            if (back)
                for (Int i = 0; i < run; i++) {
                    none[start + i] += of_none * to[i];
                    all[start + i] += of_all * to[i];
                }
            else
                for (Int i = 0; i < run; i++)
                    to[i] = of_none * none[start + i] + of_all * all[start + i];
        }
}

/* Build the table of a family's bit, let the leak act, and close the family. */
void take_bit(const Program *program, const Step *step, const double *numbers,
              const double *pair, const double *own, double *scratch, double *work)
{
    double *result = work + program->offset[step->out];
    Int whole = size_of(program, step->table), part = whole / 2;
    double *none = work + program->offset[step->table], *some = none + part;
    Int filled = fill(program, step, work);
    for (Int link = step->first_link; link < step->last_link; link++)
        filled = fire_states(none, some, filled, program->link_stride[link],
                             program->query->size[program->link_other[link]],
                             numbers + program->link_at[link], step->kind == MILD);
    double unfired = pair[0], fired = pair[1];
    if (step->kind == MILD) {
        double *of_all = scratch + ((Int)1 << (step->last_child - step->last_link));
        mild_factors(program, step, numbers, pair, own, scratch, of_all);
        close_mild(program, step, scratch, of_all, none, some, result, 0);
    } else if (step->kind == FIRED) {
        for (Int i = 0; i < part; i++)
            result[i] = some[i] + fired * none[i];
    } else if (step->kind == THROUGH) {
        let_through(program, step, numbers, pair, none, some, result, 0);
    } else if (size_of(program, step->out) == whole) {
        for (Int i = 0; i < part; i++) {
            result[i] = unfired * none[i];
            result[part + i] = some[i] + fired * none[i];
        }
    } else {
        Int inner = stride_of(program, step->out, step->b);
        for (Int base = 0; base < part; base += 2 * inner)
            for (Int i = base; i < base + inner; i++) {
                result[i] = unfired * none[i];
                result[i + inner] = some[i + inner] + fired * none[i + inner];
            }
    }
}

/* Gradient of the source from that of the result. */
void take_bit_back(const Program *program, const Step *step, const double *numbers,
                   const double *pair, const double *own, double *scratch, double *gradients)
{
    double *result = gradients + program->offset[step->out];
    Int whole = size_of(program, step->table), part = whole / 2;
    double *none = gradients + program->offset[step->table], *some = none + part;
    double unfired = pair[0], fired = pair[1];
    if (step->kind == MILD) {
        double *of_all = scratch + ((Int)1 << (step->last_child - step->last_link));
        mild_factors(program, step, numbers, pair, own, scratch, of_all);
        close_mild(program, step, scratch, of_all, none, some, result, 1);
    } else if (step->kind == FIRED) {
        for (Int i = 0; i < part; i++) {
            some[i] = result[i];
            none[i] = fired * result[i];
        }
    } else if (step->kind == THROUGH) {
        let_through(program, step, numbers, pair, none, some, result, 1);
    } else if (size_of(program, step->out) == whole) {
        for (Int i = 0; i < part; i++) {
            some[i] = result[part + i];
            none[i] = unfired * result[i] + fired * result[part + i];
        }
    } else {
        Int inner = stride_of(program, step->out, step->b);
        for (Int base = 0; base < part; base += 2 * inner)
            for (Int i = base; i < base + inner; i++) {
                none[i] = unfired * result[i];
                some[i] = 0.0;
                some[i + inner] = result[i + inner];
                none[i + inner] = fired * result[i + inner];
            }
    }
    Int known = source_filled(program, step), filled = part;
    for (Int link = step->last_link - 1; link >= step->first_link; link--) {
        Int stride = program->link_stride[link], before = stride >= known ? stride : filled;
        fire_states_back(none, some, filled, before, stride,
                         program->query->size[program->link_other[link]],
                         numbers + program->link_at[link], step->kind == MILD);
        filled = before;
    }
    fill_back(program, step, known, gradients);
}
