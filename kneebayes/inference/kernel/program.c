/* The steps of one elimination, written before any number is known, and the best of several.
 *
 * Every size is found here, and checked here: a program that is handed out fits. */
#include "kernel.h"

#include <math.h>
#include <string.h>

/* found by trying some hundred rules on simulated patients: with contexts unknown each saves about
   a third of what minimum fill and size alone would cost, with contexts answered a tenth */
static const Rule FIRST = {1.0, -5.5, 1.5, 0.0};
static const Rule SECOND = {5.0, -6.5, 1.5, 0.0};
static const Rule OTHERS = {1.0, -5.5, 1.5, 8.0};

#define MANY_TABLES 64 /* of more with one variable not all pairs are compared */

typedef struct {
    Call *call;
    const Flat *flat;
    const State *hard;
    const Query *query;
    const Limits *limits;
    Program *program;
    Int *live, *mine;
    Int live_count;
    uint8_t *taken;
    double *prices; /* of joining each two of the tables with one variable */
    Int *partner;   /* for each of these the one before it that is joined to it most cheaply */
    double spread; /* doubles that joins may need on the way */
} Writer;

static int has(const Word *set, Int member)
{
    return (int)(set[member >> 6] >> (member & 63) & 1);
}

static const Word *mask(const Program *program, Int table)
{
    return program->masks + table * program->query->words;
}

Int size_of(const Program *program, Int table)
{
    return program->offset[table + 1] - program->offset[table];
}

/* Stride of a variable in a table, or 0 where the table does not hold it. */
Int stride_of(const Program *program, Int table, Int variable)
{
    Int stride = 1;
    for (Int i = program->scope_start[table + 1] - 1; i >= program->scope_start[table]; i--) {
        if (program->scopes[i] == variable)
            return stride;
        stride *= program->query->size[program->scopes[i]];
    }
    return 0;
}

/* Room for so many more variables in the scopes. */
static void reserve(Writer *writer, Int more)
{
    Program *program = writer->program;
    Int used = program->scope_start[program->table_count];
    if (used + more <= program->scopes_room)
        return;
    Int room = 2 * (used + more) + 64;
    Int *scopes = take(writer->call, room, sizeof(Int));
    if (used > 0)
        memcpy(scopes, program->scopes, (size_t)used * sizeof(Int));
    program->scopes = scopes;
    program->scopes_room = room;
}

/* Finish a table whose scope, of so many variables, is written. */
static Int close_table(Writer *writer, Int length)
{
    Program *program = writer->program;
    const Query *query = program->query;
    Int table = program->table_count;
    if (table >= program->table_room)
        leave(writer->call, BAD);
    Int start = program->scope_start[table];
    double entries = 1.0;
    Word *set = program->masks + table * query->words;
    for (Int i = start; i < start + length; i++) {
        entries *= (double)query->size[program->scopes[i]];
        set[program->scopes[i] >> 6] |= (Word)1 << (program->scopes[i] & 63);
    }
    if ((double)program->offset[table] + entries > (double)writer->limits->most)
        return NONE;
    program->scope_start[table + 1] = start + length;
    program->offset[table + 1] = program->offset[table] + (Int)entries;
    program->table_count++;
    return table;
}

/* Whether tables that share a variable are joined by OR along it. */
static int by_or(const Query *query, Int variable)
{
    return query->is_bit[variable] && !query->mild[variable];
}

/* Whether a link fires the bit of a mild node. */
int is_mild(const Program *program, Int link)
{
    return program->query->mild[program->link_other[link]];
}

/* Multiplications that joining two tables takes: half as much again for each bit joined by OR. */
static double join_cost(const Program *program, Int a, Int b)
{
    const Query *query = program->query;
    double cost = (double)size_of(program, a);
    for (Int i = program->scope_start[b]; i < program->scope_start[b + 1]; i++) {
        Int variable = program->scopes[i];
        if (!has(mask(program, a), variable))
            cost *= (double)query->size[variable];
        else if (by_or(query, variable))
            cost *= 1.5;
    }
    return cost;
}

/* An axis of the joined table: what only b holds, shared bits, then two groups of others. */
static int group_of(const Program *program, Int b, Int variable, int alone_last)
{
    if (has(mask(program, b), variable)) {
        if (by_or(program->query, variable))
            return 0;
        return alone_last ? 1 : 2;
    }
    return alone_last ? 2 : 1;
}

/* The axes of a table in the order of its join. */
static Reorder reorder(Call *call, const Program *program, Int table, Int joined)
{
    const Query *query = program->query;
    Int first = program->scope_start[joined], last = program->scope_start[joined + 1];
    Reorder order = {0, take(call, last - first + 1, sizeof(Int)),
                     take(call, last - first + 1, sizeof(Int))};
    for (Int i = first; i < last; i++) {
        Int variable = program->scopes[i], size = query->size[variable];
        if (!has(mask(program, table), variable) || size == 1)
            continue;
        Int stride = stride_of(program, table, variable);
        if (order.axes > 0 && order.stride[order.axes - 1] == stride * size) {
            order.size[order.axes - 1] *= size;
            order.stride[order.axes - 1] = stride;
        } else {
            order.size[order.axes] = size;
            order.stride[order.axes++] = stride;
        }
    }
    if (order.axes == 0) {
        order.size[0] = order.stride[0] = 1;
        order.axes = 1;
    }
    return order;
}

/* Write the step of joining two tables, the smaller one to the larger; returns the new table. */
static Int join_two(Writer *writer, Int a, Int b)
{
    Program *program = writer->program;
    const Query *query = program->query;
    if (size_of(program, a) < size_of(program, b)) {
        Int other = a;
        a = b;
        b = other;
    }
    const Int *starts = program->scope_start;
    reserve(writer, starts[a + 1] - starts[a] + starts[b + 1] - starts[b]);
    Int *scopes = program->scopes;
    Step *step = &program->steps[program->step_count];
    Int alone = 1, shared = 1, outer = 1, bits = 0;
    for (Int i = starts[a]; i < starts[a + 1]; i++) {
        if (!has(mask(program, b), scopes[i]))
            alone *= query->size[scopes[i]];
        else if (by_or(query, scopes[i]))
            bits++;
        else
            shared *= query->size[scopes[i]];
    }
    Int end = starts[program->table_count];
    for (Int i = starts[b]; i < starts[b + 1]; i++)
        if (!has(mask(program, a), scopes[i])) {
            outer *= query->size[scopes[i]];
            scopes[end++] = scopes[i];
        }
    for (int group = 0; group < 3; group++)
        for (Int i = starts[a]; i < starts[a + 1]; i++)
            if (group_of(program, b, scopes[i], alone >= shared) == group)
                scopes[end++] = scopes[i];
    Int out = close_table(writer, end - starts[program->table_count]);
    if (out == NONE)
        return NONE;
    *step = (Step){.kind = JOIN, .a = a, .b = b, .table = NONE, .out = out, .outer = outer,
                   .bits = bits, .run_is_shared = alone < shared};
    step->middle = alone >= shared ? shared : alone;
    step->run = alone >= shared ? alone : shared;
    step->of_a = reorder(writer->call, program, a, out);
    step->of_b = reorder(writer->call, program, b, out);
    program->step_count++;
    double spread = (double)size_of(program, a) + 3.0 * (double)size_of(program, b) + 32.0;
    if (spread > writer->spread)
        writer->spread = spread;
    return out;
}

/* Take the tables that hold a variable out of the live ones; returns how many. */
static Int holders(Writer *writer, Int variable)
{
    Int number = 0, left = 0;
    for (Int i = 0; i < writer->live_count; i++) {
        Int table = writer->live[i];
        if (has(mask(writer->program, table), variable))
            writer->mine[number++] = table;
        else
            writer->live[left++] = table;
    }
    writer->live_count = left;
    return number;
}

/* Put the two smallest of several tables first; returns what joining them costs. */
static double smallest_pair(const Writer *writer, Int number)
{
    const Program *program = writer->program;
    for (Int k = 0; k < 2; k++)
        for (Int i = k; i < number; i++)
            if (size_of(program, writer->mine[i]) < size_of(program, writer->mine[k])) {
                Int other = writer->mine[i];
                writer->mine[i] = writer->mine[k];
                writer->mine[k] = other;
            }
    return join_cost(program, writer->mine[1], writer->mine[0]);
}

/* Find again which of the tables before one is joined to it most cheaply. */
static void find_partner(Writer *writer, Int at)
{
    const double *prices = writer->prices + at * MANY_TABLES;
    Int partner = 0;
    for (Int other = 1; other < at; other++)
        if (prices[other] < prices[partner])
            partner = other;
    writer->partner[at] = partner;
}

/* Note what joining a table that is new in its place with each of the others costs. */
static void set_prices(Writer *writer, Int number, Int at)
{
    for (Int other = 0; other < number; other++) {
        if (other == at)
            continue;
        double price = join_cost(writer->program, writer->mine[at], writer->mine[other]);
        writer->prices[at * MANY_TABLES + other] = writer->prices[other * MANY_TABLES + at] = price;
        if (other < at)
            continue;
        const double *prices = writer->prices + other * MANY_TABLES;
        Int partner = writer->partner[other];
        if (partner == at)
            find_partner(writer, other);
        else if (price < prices[partner] || (price == prices[partner] && at < partner))
            writer->partner[other] = at;
    }
    find_partner(writer, at);
}

/* Which two of several tables are joined most cheaply. */
static double cheapest_pair(const Writer *writer, Int number, Int *first, Int *second)
{
    *first = 1;
    for (Int at = 2; at < number; at++)
        if (writer->prices[at * MANY_TABLES + writer->partner[at]] <
            writer->prices[*first * MANY_TABLES + writer->partner[*first]])
            *first = at;
    *second = writer->partner[*first];
    return writer->prices[*first * MANY_TABLES + *second];
}

/* Join the tables that hold a variable, always the two that are joined most cheaply; of too many
 * the two smallest.
 *
 * Returns 0 where it does not fit. */
static int join_all(Writer *writer, Int variable, Int *source)
{
    Int number = holders(writer, variable), priced = 0;
    while (number > 1) {
        Int first = 1, second = 0;
        if (number > MANY_TABLES) {
            writer->program->cost += smallest_pair(writer, number);
        } else {
            for (; priced < number; priced++)
                set_prices(writer, priced + 1, priced);
            writer->program->cost += cheapest_pair(writer, number, &first, &second);
        }
        Int joined = join_two(writer, writer->mine[first], writer->mine[second]);
        if (joined == NONE)
            return 0;
        writer->mine[first] = writer->mine[--number];
        writer->mine[second] = joined;
        if (priced > 0) {
            priced = number;
            if (first < number)
                set_prices(writer, number, first);
            set_prices(writer, number, second);
        }
    }
    *source = number > 0 ? writer->mine[0] : NONE;
    return 1;
}

/* Write the scope of a variable's table and note its links.
 *
 * The variable is outermost, then what only links bring, the last of them first, then the rest of
 * the source. Links to what the source holds come first. */
static Int bucket_scope(Writer *writer, Int source, Int variable)
{
    Program *program = writer->program;
    const Query *query = program->query;
    const Int *starts = program->scope_start;
    Int held = source < 0 ? 0 : starts[source + 1] - starts[source];
    reserve(writer, held + query->links + 1);
    Int *scopes = program->scopes, table = program->table_count, end = starts[table];
    Int first = program->link_count, mine = query->is_bit[variable] ? 0 : 1;
    scopes[end++] = variable;
    for (int known = 1; known >= 0; known--)
        for (Int i = query->at_start[variable]; i < query->at_start[variable + 1]; i++) {
            Int link = query->at_link[i];
            if (query->ends[2 * link + mine] != variable || writer->taken[link])
                continue;
            Int other = query->ends[2 * link + 1 - mine];
            int inside = source >= 0 && has(mask(program, source), other);
            if (inside == known) {
                program->noted[program->link_count] = link;
                program->link_other[program->link_count++] = other;
                writer->taken[link] = 1;
            }
        }
    for (Int link = program->link_count - 1; link >= first; link--)
        if (source < 0 || !has(mask(program, source), program->link_other[link]))
            scopes[end++] = program->link_other[link];
    if (source >= 0)
        for (Int i = starts[source]; i < starts[source + 1]; i++)
            if (scopes[i] != variable)
                scopes[end++] = scopes[i];
    return close_table(writer, end - starts[table]);
}

/* Note the links from a mild node to its children. */
static void note_children(Writer *writer, Int variable)
{
    Program *program = writer->program;
    const Query *query = program->query;
    if (!query->mild[variable])
        return;
    for (Int i = query->at_start[variable]; i < query->at_start[variable + 1]; i++) {
        Int link = query->at_link[i];
        if (query->ends[2 * link + 1] == variable) {
            program->noted[program->link_count] = link;
            program->link_other[program->link_count++] = query->ends[2 * link];
            writer->taken[link] = 1;
        }
    }
}

/* Write what is left of a table's scope when its variable is out.
 *
 * What the variable becomes, what it acts across, and the bits of children (noted from `children`
 * on) stand outermost if they are new. */
static Int result_scope(Writer *writer, Int table, Int becomes, Int across, Int children)
{
    Program *program = writer->program;
    const Int *starts = program->scope_start;
    reserve(writer, starts[table + 1] - starts[table] + 2 + program->link_count - children);
    Int out = program->table_count, end = starts[out];
    for (Int link = program->link_count - 1; link >= children; link--)
        if (!has(mask(program, table), program->link_other[link]))
            program->scopes[end++] = program->link_other[link];
    if (becomes >= 0 && !has(mask(program, table), becomes))
        program->scopes[end++] = becomes;
    if (across >= 0 && !has(mask(program, table), across))
        program->scopes[end++] = across;
    for (Int i = starts[table] + 1; i < starts[table + 1]; i++)
        program->scopes[end++] = program->scopes[i];
    return close_table(writer, end - starts[out]);
}

/* Where the entries of a table start, and how far states of its parents are apart. */
static void find_entries(const Writer *writer, Int at, Int parent, Step *step)
{
    const Flat *flat = writer->flat;
    Int other = other_parent(flat, at, parent);
    step->at = flat->number_start[at];
    step->apart = step->beside = 2;
    if (other < 0)
        return;
    if (flat->parents[flat->parent_start[at]] == parent)
        step->apart *= flat->states[other];
    else
        step->beside *= flat->states[parent];
    step->at += (writer->hard[other] > 0 ? writer->hard[other] : 0) * step->beside;
}

/* Take one variable out; returns 0 where it does not fit. */
static int eliminate(Writer *writer, Int variable)
{
    Program *program = writer->program;
    const Query *query = program->query;
    Int source, first = program->link_count;
    if (!join_all(writer, variable, &source))
        return 0;
    Int table = bucket_scope(writer, source, variable);
    if (table == NONE)
        return 0;
    Int becomes = query->becomes[variable], across = query->across[variable];
    Int children = program->link_count;
    note_children(writer, variable);
    Int out = result_scope(writer, table, becomes, across, children);
    if (out == NONE)
        return 0;
    Step *step = &program->steps[program->step_count++];
    *step = (Step){.a = source, .b = becomes, .table = table, .out = out, .first_link = first,
                   .last_link = children, .last_child = program->link_count, .across = NONE};
    if (!query->is_bit[variable]) {
        step->kind = SUM;
    } else if (query->mild[variable]) {
        step->kind = MILD;
        double spread = 2.0 * exp2((double)(program->link_count - children));
        if (spread > (double)writer->limits->most)
            return 0;
        if (spread > writer->spread)
            writer->spread = spread;
    } else if (becomes < 0) {
        step->kind = FIRED;
    } else if (query->node[becomes] == query->node[variable]) {
        step->kind = HIDDEN;
    } else {
        step->kind = THROUGH;
        step->across = across;
        find_entries(writer, query->node[becomes], query->node[variable], step);
    }
    for (Int link = first; link < program->link_count; link++) {
        program->link_at[link] = query->link_at[program->noted[link]];
        program->link_stride[link] = stride_of(program, table, program->link_other[link]);
    }
    if (program->scope_start[out + 1] == program->scope_start[out])
        program->finals[program->final_count++] = out;
    else
        writer->live[writer->live_count++] = out;
    double links = (double)(children - first);
    program->cost += (links + 2.0) * (double)size_of(program, table);
    if (step->kind == MILD)
        program->cost += 2.0 * (double)size_of(program, out);
    return 1;
}

/* An empty program, with room for all tables that there can be. */
static Writer open_writer(Call *call, const Flat *flat, const State *hard, const Query *query,
                          const Limits *limits)
{
    Int m = query->m, leaves = query->leaves_count, links = query->links;
    Int joins = leaves + m;               /* each makes one of two live tables */
    Int tables = leaves + 2 * m + joins + 1;
    Program *program = take_zero(call, 1, sizeof(Program));
    program->query = query;
    program->last = NONE;
    program->table_room = tables;
    program->steps = take(call, m + joins + 1, sizeof(Step));
    program->noted = take(call, links, sizeof(Int));
    program->link_at = take(call, links, sizeof(Int));
    program->link_other = take(call, links, sizeof(Int));
    program->link_stride = take(call, links, sizeof(Int));
    program->scope_start = take_zero(call, tables + 1, sizeof(Int));
    program->offset = take_zero(call, tables + 1, sizeof(Int));
    program->masks = take_zero(call, tables * query->words, sizeof(Word));
    program->finals = take(call, m + 1, sizeof(Int));
    Writer writer = {.call = call, .flat = flat, .hard = hard, .query = query,
                     .limits = limits, .program = program};
    writer.live = take(call, tables, sizeof(Int));
    writer.mine = take(call, tables, sizeof(Int));
    writer.taken = take_zero(call, links, 1);
    writer.prices = take(call, MANY_TABLES * MANY_TABLES, sizeof(double));
    writer.partner = take_zero(call, MANY_TABLES, sizeof(Int));
    return writer;
}

/* Write the program of one order; returns 0 where it does not fit. */
static int write_program(Writer *writer, const Int *order, Int length)
{
    Program *program = writer->program;
    const Query *query = program->query;
    for (Int leaf = 0; leaf < query->leaves_count; leaf++) {
        Int at = query->leaves[leaf];
        reserve(writer, writer->flat->parent_start[at + 1] - writer->flat->parent_start[at] + 1);
        Int *scope = program->scopes + program->scope_start[program->table_count];
        Int number = leaf_scope(writer->flat, writer->hard, at, query->state, scope);
        if (close_table(writer, number) == NONE)
            return 0;
        writer->live[writer->live_count++] = leaf;
    }
    for (Int turn = 0; turn < length; turn++) {
        poll(writer->call);
        if (!eliminate(writer, order[turn]))
            return 0;
    }
    /* what is left holds only variables that are kept: one table of all */
    for (Int i = 0; i < writer->live_count; i++) {
        program->last = i == 0 ? writer->live[0] : join_two(writer, program->last, writer->live[i]);
        if (program->last == NONE)
            return 0;
        if (i > 0)
            program->cost += 2.0 * (double)size_of(program, program->last);
    }
    program->scratch = (Int)writer->spread + 64;
    return 1;
}

/* The program of one order; its cost is infinite where it does not fit. */
static Program *attempt(Call *call, const Flat *flat, const State *hard, const Query *query,
                        const Limits *limits, Rule rule, uint64_t seed)
{
    Int length;
    Int *order = take(call, query->m, sizeof(Int));
    Block *mark = call->blocks;
    double width = greedy_order(call, query, rule, seed, order, &length);
    give_back(call, mark);
    if (width <= limits->widest) {
        Writer writer = open_writer(call, flat, hard, query, limits);
        writer.program->width = width;
        if (write_program(&writer, order, length))
            return writer.program;
        give_back(call, mark);
    }
    Program *program = take_zero(call, 1, sizeof(Program));
    program->width = width;
    program->cost = INFINITY;
    program->query = query;
    return program;
}

/* The cheapest program found; its cost is infinite where every one is too wide.
 *
 * The second rule weighs the size of tables more than the first. Where both are dear more orders
 * are tried, each with other random shares added to the scores; longer if `times` questions will
 * follow the program. */
Program *plan(Call *call, const Flat *flat, const State *hard, const Query *query, Int times,
              const Limits *limits)
{
    Program *best = attempt(call, flat, hard, query, limits, FIRST, 0);
    Int turns = 1;
    if ((double)times * best->cost <= limits->cheap)
        return best;
    for (Int turn = 0; turn < turns; turn++) {
        Block *mark = call->blocks;
        Program *other = attempt(call, flat, hard, query, limits, turn == 0 ? SECOND : OTHERS,
                                 (uint64_t)turn);
        if (other->cost < best->cost || (isinf(best->cost) && other->width < best->width))
            best = other;
        else
            give_back(call, mark);
        if (turn == 0)
            turns = (Int)fmin((double)limits->tries, (double)times * best->cost / limits->dear);
    }
    return best;
}
