/* Two tables joined, there and back: multiplied, with OR along the bits they share.
 *
 * Along a shared bit three products are made, all of numbers that are not negative:
 *
 *     none = a0 b0        some = a0 b1 + a1 (b0 + b1)
 *
 * Both sources are copied into the order of the joined table. Then the outermost shared bit splits
 * all three tables in half, and so on; the last two bits are taken together, which reads and
 * writes each entry once. Sums run in four lanes in a fixed order, so that every machine finds the
 * same digits. */
#include "kernel.h"

#include <string.h>

#define LARGE ((Int)1 << 16) /* entries from which on asking whether to stop costs nothing */

enum { TO_JOIN, TO_A, TO_B };

typedef struct {
    Call *call;
    Int middle, run;
    int run_is_shared;
} Shape;

/* The values of a table in another order, or back from there. */
static void move(double *out, const double *of, const Reorder *order, int back)
{
    Int last = order->axes - 1, run = order->size[last], stride = order->stride[last];
    Int place[64] = {0}, at = 0;
    if (order->axes > 64)
        return; /* cannot be: axes of two values or more, of at most 2^62 entries */
    for (;;) {
        if (stride == 1)
            memcpy(back ? out + at : out, back ? of : of + at, (size_t)run * sizeof(double));
        else if (back)
            for (Int i = 0; i < run; i++)
                out[at + i * stride] = of[i];
        else
            for (Int i = 0; i < run; i++)
                out[i] = of[at + i * stride];
        if (back)
            of += run;
        else
            out += run;
        Int axis = last - 1;
        for (; axis >= 0; axis--) {
            at += order->stride[axis];
            if (++place[axis] < order->size[axis])
                break;
            at -= place[axis] * order->stride[axis];
            place[axis] = 0;
        }
        if (axis < 0)
            return;
    }
}

/* ---- no shared bit left ---- */

static void join_none(double *restrict c, const double *restrict a, const double *restrict b,
                      const Shape *shape)
{
    for (Int m = 0; m < shape->middle; m++, c += shape->run, a += shape->run) {
        if (shape->run_is_shared) {
            for (Int i = 0; i < shape->run; i++)
                c[i] += a[i] * b[i];
        } else {
            double factor = b[m];
            for (Int i = 0; i < shape->run; i++)
                c[i] += a[i] * factor;
        }
    }
}

static double dot(const double *restrict x, const double *restrict y, Int count)
{
    double sums[4] = {0.0, 0.0, 0.0, 0.0};
    Int i = 0;
    for (; i + 4 <= count; i += 4)
        for (int lane = 0; lane < 4; lane++)
            sums[lane] += x[i + lane] * y[i + lane];
    for (; i < count; i++)
        sums[0] += x[i] * y[i];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static void pull_b_none(double *restrict b, const double *restrict c, const double *restrict a,
                        const Shape *shape)
{
    for (Int m = 0; m < shape->middle; m++, c += shape->run, a += shape->run) {
        if (shape->run_is_shared)
            for (Int i = 0; i < shape->run; i++)
                b[i] += c[i] * a[i];
        else
            b[m] += dot(c, a, shape->run);
    }
}

/* ---- two shared bits at a time; x, y, z, w: none, the inner bit, the outer bit, both ---- */

static void join_two_bits(double *restrict c, const double *restrict a, const double *restrict b,
                          const Shape *shape)
{
    Int run = shape->run, rest = shape->middle * run;
    Int shared = shape->run_is_shared ? run : shape->middle;
    const double *x = a, *y = a + rest, *z = y + rest, *w = z + rest;
    double *c0 = c, *c1 = c + rest, *c2 = c1 + rest, *c3 = c2 + rest;
    const double *b0 = b, *b1 = b + shared, *b2 = b1 + shared, *b3 = b2 + shared;
    for (Int m = 0; m < shape->middle; m++) {
        if (shape->run_is_shared) {
            for (Int i = 0; i < run; i++) {
                double t0 = b0[i], t1 = b1[i], t3 = b2[i], t4 = b3[i];
                double t2 = t0 + t1, t5 = t3 + t4, t6 = t0 + t3, t7 = t1 + t4, t8 = t2 + t5;
                c0[i] += x[i] * t0;
                c1[i] += x[i] * t1 + y[i] * t2;
                c2[i] += x[i] * t3 + z[i] * t6;
                c3[i] += (x[i] * t4 + y[i] * t5) + (z[i] * t7 + w[i] * t8);
            }
        } else {
            double t0 = b0[m], t1 = b1[m], t3 = b2[m], t4 = b3[m];
            double t2 = t0 + t1, t5 = t3 + t4, t6 = t0 + t3, t7 = t1 + t4, t8 = t2 + t5;
            for (Int i = 0; i < run; i++) {
                c0[i] += x[i] * t0;
                c1[i] += x[i] * t1 + y[i] * t2;
                c2[i] += x[i] * t3 + z[i] * t6;
                c3[i] += (x[i] * t4 + y[i] * t5) + (z[i] * t7 + w[i] * t8);
            }
        }
        x += run, y += run, z += run, w += run;
        c0 += run, c1 += run, c2 += run, c3 += run;
    }
}

static void pull_a_two_bits(double *restrict a, const double *restrict c,
                            const double *restrict b, const Shape *shape)
{
    Int run = shape->run, rest = shape->middle * run;
    Int shared = shape->run_is_shared ? run : shape->middle;
    double *x = a, *y = a + rest, *z = y + rest, *w = z + rest;
    const double *c0 = c, *c1 = c + rest, *c2 = c1 + rest, *c3 = c2 + rest;
    const double *b0 = b, *b1 = b + shared, *b2 = b1 + shared, *b3 = b2 + shared;
    for (Int m = 0; m < shape->middle; m++) {
        if (shape->run_is_shared) {
            for (Int i = 0; i < run; i++) {
                double t0 = b0[i], t1 = b1[i], t3 = b2[i], t4 = b3[i];
                double t2 = t0 + t1, t5 = t3 + t4, t6 = t0 + t3, t7 = t1 + t4, t8 = t2 + t5;
                x[i] += (c0[i] * t0 + c1[i] * t1) + (c2[i] * t3 + c3[i] * t4);
                y[i] += c1[i] * t2 + c3[i] * t5;
                z[i] += c2[i] * t6 + c3[i] * t7;
                w[i] += c3[i] * t8;
            }
        } else {
            double t0 = b0[m], t1 = b1[m], t3 = b2[m], t4 = b3[m];
            double t2 = t0 + t1, t5 = t3 + t4, t6 = t0 + t3, t7 = t1 + t4, t8 = t2 + t5;
            for (Int i = 0; i < run; i++) {
                x[i] += (c0[i] * t0 + c1[i] * t1) + (c2[i] * t3 + c3[i] * t4);
                y[i] += c1[i] * t2 + c3[i] * t5;
                z[i] += c2[i] * t6 + c3[i] * t7;
                w[i] += c3[i] * t8;
            }
        }
        x += run, y += run, z += run, w += run;
        c0 += run, c1 += run, c2 += run, c3 += run;
    }
}

static void pull_b_two_bits(double *restrict b, const double *restrict c,
                            const double *restrict a, const Shape *shape)
{
    Int run = shape->run, rest = shape->middle * run;
    Int shared = shape->run_is_shared ? run : shape->middle;
    const double *x = a, *y = a + rest, *z = y + rest, *w = z + rest;
    const double *c0 = c, *c1 = c + rest, *c2 = c1 + rest, *c3 = c2 + rest;
    double *b0 = b, *b1 = b + shared, *b2 = b1 + shared, *b3 = b2 + shared;
    for (Int m = 0; m < shape->middle; m++) {
        if (shape->run_is_shared) {
            for (Int i = 0; i < run; i++) {
                double some1 = (x[i] + y[i]) * c1[i], some2 = (x[i] + z[i]) * c2[i];
                double pair = (x[i] + y[i]) * c3[i], both = (z[i] + w[i]) * c3[i];
                b0[i] += (x[i] * c0[i] + y[i] * c1[i]) + (z[i] * c2[i] + w[i] * c3[i]);
                b1[i] += some1 + both;
                b2[i] += some2 + (y[i] + w[i]) * c3[i];
                b3[i] += pair + both;
            }
        } else {
            double s0[4] = {0}, s1[4] = {0}, s2[4] = {0}, s3[4] = {0};
            Int i = 0;
            for (; i + 4 <= run; i += 4)
                for (int k = 0; k < 4; k++) {
                    double p = x[i + k], q = y[i + k], r = z[i + k], s = w[i + k];
                    double g1 = c1[i + k], g2 = c2[i + k], g3 = c3[i + k];
                    double none = p + q, outer = r + s;
                    s0[k] += (p * c0[i + k] + q * g1) + (r * g2 + s * g3);
                    s1[k] += none * g1 + outer * g3;
                    s2[k] += (p + r) * g2 + (q + s) * g3;
                    s3[k] += none * g3 + outer * g3;
                }
            for (; i < run; i++) {
                double p = x[i], q = y[i], r = z[i], s = w[i];
                double none = p + q, outer = r + s;
                s0[0] += (p * c0[i] + q * c1[i]) + (r * c2[i] + s * c3[i]);
                s1[0] += none * c1[i] + outer * c3[i];
                s2[0] += (p + r) * c2[i] + (q + s) * c3[i];
                s3[0] += none * c3[i] + outer * c3[i];
            }
            b0[m] += (s0[0] + s0[1]) + (s0[2] + s0[3]);
            b1[m] += (s1[0] + s1[1]) + (s1[2] + s1[3]);
            b2[m] += (s2[0] + s2[1]) + (s2[2] + s2[3]);
            b3[m] += (s3[0] + s3[1]) + (s3[2] + s3[3]);
        }
        x += run, y += run, z += run, w += run;
        c0 += run, c1 += run, c2 += run, c3 += run;
    }
}

/* ---- all shared bits: `wide` entries of a and c, `slim` of b; spare: as much again as b ---- */

static void along(const Shape *shape, double *c, double *a, double *b, Int bits, Int wide,
                  Int slim, double *spare, int towards)
{
    if (wide >= LARGE)
        poll(shape->call);
    if (bits == 0) {
        if (towards == TO_JOIN)
            join_none(c, a, b, shape);
        else if (towards == TO_A)
            join_none(a, c, b, shape);
        else
            pull_b_none(b, c, a, shape);
        return;
    }
    if (bits == 2) {
        if (towards == TO_JOIN)
            join_two_bits(c, a, b, shape);
        else if (towards == TO_A)
            pull_a_two_bits(a, c, b, shape);
        else
            pull_b_two_bits(b, c, a, shape);
        return;
    }
    wide /= 2;
    slim /= 2;
    double *c1 = c + wide, *a1 = a + wide, *b1 = b + slim, *rest = spare + slim;
    if (towards == TO_B) { /* the gradient of b0 + b1 is given to both */
        memset(spare, 0, (size_t)slim * sizeof(double));
        along(shape, c1, a1, spare, bits - 1, wide, slim, rest, towards);
        along(shape, c, a, b, bits - 1, wide, slim, rest, towards);
        along(shape, c1, a, b1, bits - 1, wide, slim, rest, towards);
        for (Int i = 0; i < slim; i++) {
            b[i] += spare[i];
            b1[i] += spare[i];
        }
        return;
    }
    for (Int i = 0; i < slim; i++)
        spare[i] = b[i] + b1[i];
    along(shape, c, a, b, bits - 1, wide, slim, rest, towards);
    along(shape, c1, a, b1, bits - 1, wide, slim, rest, towards);
    along(shape, c1, a1, spare, bits - 1, wide, slim, rest, towards);
}

/* Where no bit is joined by OR each entry is one product; it need not be cleared before. */
static void multiply(double *restrict c, const double *restrict a, const double *restrict b,
                     const Shape *shape)
{
    for (Int m = 0; m < shape->middle; m++, c += shape->run, a += shape->run) {
        if (shape->run_is_shared) {
            for (Int i = 0; i < shape->run; i++)
                c[i] = a[i] * b[i];
        } else {
            double factor = b[m];
            for (Int i = 0; i < shape->run; i++)
                c[i] = a[i] * factor;
        }
    }
}

/* Sizes of a join: entries of a, of b for each of what only b holds, and where scratch is cut. */
typedef struct {
    Shape shape;
    Int wide, slim;
    double *a, *b, *spare;
} Cut;

static Cut cut(Call *call, const Program *program, const Step *step, Workspace *space)
{
    Cut cut = {{call, step->middle, step->run, step->run_is_shared}, 0, 0, NULL, NULL, NULL};
    cut.wide = size_of(program, step->a);
    cut.slim = size_of(program, step->b) / step->outer;
    cut.a = space->scratch;
    cut.b = cut.a + cut.wide;
    cut.spare = cut.b + cut.slim * step->outer;
    return cut;
}

/* A table in the order of its join: as it stands if that is its own, else copied into scratch. */
static double *ordered(double *values, const Reorder *order, double *scratch)
{
    if (order->axes == 1 && order->stride[0] == 1)
        return values;
    move(scratch, values, order, 0);
    return scratch;
}

static void along_all(const Cut *cut, const Step *step, double *c, int towards)
{
    if (step->bits == 0 && towards != TO_B) {
        for (Int o = 0; o < step->outer; o++) {
            poll(cut->shape.call);
            if (towards == TO_JOIN)
                multiply(c + o * cut->wide, cut->a, cut->b + o * cut->slim, &cut->shape);
            else if (o == 0)
                multiply(cut->a, c, cut->b, &cut->shape);
            else
                join_none(cut->a, c + o * cut->wide, cut->b + o * cut->slim, &cut->shape);
        }
        return;
    }
    if (towards == TO_JOIN)
        memset(c, 0, (size_t)(cut->wide * step->outer) * sizeof(double));
    else if (towards == TO_A)
        memset(cut->a, 0, (size_t)cut->wide * sizeof(double));
    for (Int o = 0; o < step->outer; o++)
        along(&cut->shape, c + o * cut->wide, cut->a, cut->b + o * cut->slim, step->bits,
              cut->wide, cut->slim, cut->spare, towards);
}

/* Fill a table with two others joined, the smaller to the larger. */
void join(Call *call, const Program *program, const Step *step, Workspace *space)
{
    Cut of = cut(call, program, step, space);
    double *c = space->work + program->offset[step->out];
    of.a = ordered(space->work + program->offset[step->a], &step->of_a, of.a);
    of.b = ordered(space->work + program->offset[step->b], &step->of_b, of.b);
    along_all(&of, step, c, TO_JOIN);
}

/* Gradients of both tables, where they are needed, from that of their join. */
void join_back(Call *call, const Program *program, const Step *step, Workspace *space)
{
    Cut of = cut(call, program, step, space);
    double *c = space->gradients + program->offset[step->out];
    double *room_a = of.a, *room_b = of.b;
    if (space->needed[step->a]) {
        double *pulled = space->gradients + program->offset[step->a];
        int plain = step->of_a.axes == 1 && step->of_a.stride[0] == 1;
        of.a = plain ? pulled : room_a;
        of.b = ordered(space->work + program->offset[step->b], &step->of_b, room_b);
        along_all(&of, step, c, TO_A);
        if (!plain)
            move(pulled, of.a, &step->of_a, 1);
    }
    if (space->needed[step->b]) {
        of.a = ordered(space->work + program->offset[step->a], &step->of_a, room_a);
        of.b = room_b;
        memset(of.b, 0, (size_t)(of.slim * step->outer) * sizeof(double));
        along_all(&of, step, c, TO_B);
        move(space->gradients + program->offset[step->b], of.b, &step->of_b, 1);
    }
}
