/* What takes part in a question: variables, the links between them, and plain tables. */
#include "kernel.h"

static void add(Word *set, Int member)
{
    set[member >> 6] |= (Word)1 << (member & 63);
}

/* Mark the ancestors of the marked nodes; every other node sums to one. */
void mark_relevant(const Flat *flat, uint8_t *relevant)
{
    for (Int at = flat->nodes - 1; at >= 0; at--)
        if (relevant[at])
            for (Int slot = flat->parent_start[at]; slot < flat->parent_start[at + 1]; slot++)
                relevant[flat->parents[slot]] = 1;
}

static Int open_parents(const Flat *flat, const State *hard, Int at)
{
    Int number = 0;
    for (Int slot = flat->parent_start[at]; slot < flat->parent_start[at + 1]; slot++)
        number += hard[flat->parents[slot]] < 0;
    return number;
}

/* The other parent of a node with at most two, or NONE. */
Int other_parent(const Flat *flat, Int at, Int parent)
{
    for (Int slot = flat->parent_start[at]; slot < flat->parent_start[at + 1]; slot++)
        if (flat->parents[slot] != parent)
            return flat->parents[slot];
    return NONE;
}

/* For each node the table that it acts through, or NONE.
 *
 * That is a hidden noisy-OR whose only child that matters is a node of two states with a table of
 * at most two parents. Its bit becomes the state of that node at once, so that it needs no state
 * of its own: no table ever holds both. Nodes that are named need their state. */
static Int *tables_acted_through(Call *call, const Flat *flat, const State *hard,
                                 const uint8_t *relevant, const uint8_t *named)
{
    Int n = flat->nodes;
    Int *children = take_zero(call, n, sizeof(Int));
    Int *through = take(call, n, sizeof(Int));
    for (Int at = 0; at < n; at++) {
        through[at] = NONE;
        if (relevant[at])
            for (Int slot = flat->parent_start[at]; slot < flat->parent_start[at + 1]; slot++)
                children[flat->parents[slot]]++;
    }
    for (Int at = 0; at < n; at++) {
        Int first = flat->parent_start[at], last = flat->parent_start[at + 1];
        if (!relevant[at] || flat->is_or[at] || hard[at] >= 0)
            continue;
        if (flat->states[at] != 2 || last - first > 2)
            continue;
        for (Int slot = first; slot < last; slot++) {
            Int parent = flat->parents[slot];
            if (flat->is_or[parent] && hard[parent] < 0 && !named[parent] &&
                children[parent] == 1 && open_parents(flat, hard, parent) > 0) {
                through[parent] = at;
                break;
            }
        }
    }
    return through;
}

/* Mark the hidden noisy-ORs of which nothing but absence was seen, downwards too.
 *
 * What is known below such a node is at most as probable if the node is present as if it is absent.
 * So its family can be held as "none fired" and "all" instead of "none" and "some" without ever
 * losing a digit: what comes of it is w1 all + (w0 - w1) none, where w1 <= w0. Tables that share
 * such a bit are multiplied, not joined by OR, and the node needs no state of its own. */
void mark_mild(const Flat *flat, const State *hard, const double *numbers, const uint8_t *relevant,
               const uint8_t *named, uint8_t *mild)
{
    for (Int at = 0; at < flat->nodes; at++)
        mild[at] = relevant[at] && flat->is_or[at] && hard[at] < 0 && !named[at] &&
                   open_parents(flat, hard, at) > 0;
    for (Int at = flat->nodes - 1; at >= 0; at--) {
        int quiet = flat->is_or[at] && (hard[at] == 0 || mild[at]);
        if (!relevant[at])
            continue;
        for (Int slot = flat->parent_start[at]; slot < flat->parent_start[at + 1]; slot++) {
            Int parent = flat->parents[slot];
            if (mild[parent]) {
                const double *strengths = numbers + flat->link_at[slot];
                mild[parent] = (uint8_t)(quiet && strengths[0] <= strengths[1]);
            }
        }
    }
}

static void number_variables(Call *call, const Flat *flat, const State *hard,
                             const uint8_t *relevant, const uint8_t *mild, const Int *through,
                             Query *query)
{
    Int n = flat->nodes, m = 0;
    query->state = take(call, n, sizeof(Int));
    query->bit = take(call, n, sizeof(Int));
    query->node = take(call, 2 * n, sizeof(Int));
    query->is_bit = take(call, 2 * n, 1);
    for (Int at = 0; at < n; at++) {
        query->state[at] = query->bit[at] = NONE;
        if (!relevant[at])
            continue;
        if (hard[at] < 0 && through[at] < 0 && !mild[at]) {
            query->node[m] = at;
            query->is_bit[m] = 0;
            query->state[at] = m++;
        }
        if (flat->is_or[at] && hard[at] != 0 && open_parents(flat, hard, at) > 0) {
            query->node[m] = at;
            query->is_bit[m] = 1;
            if (mild[at])
                query->state[at] = m; /* its children hang on the bit itself */
            query->bit[at] = m++;
        }
    }
    query->m = m;
}

static void collect_leaves(Call *call, const Flat *flat, const State *hard,
                           const uint8_t *relevant, const Int *through, Query *query)
{
    Int n = flat->nodes, arrows = flat->parent_start[n], links = 0, leaves = 0;
    uint8_t *acted = take_zero(call, n, 1);
    for (Int at = 0; at < n; at++)
        if (through[at] >= 0)
            acted[through[at]] = 1;
    query->ends = take(call, 2 * arrows, sizeof(Int));
    query->link_at = take(call, arrows, sizeof(Int));
    query->leaves = take(call, n, sizeof(Int));
    for (Int at = 0; at < n; at++) {
        if (!relevant[at])
            continue;
        if (!flat->is_or[at]) {
            if (!acted[at] && open_parents(flat, hard, at) + (hard[at] < 0) > 1)
                query->leaves[leaves++] = at;
        } else if (query->bit[at] >= 0) {
            for (Int slot = flat->parent_start[at]; slot < flat->parent_start[at + 1]; slot++) {
                Int state = query->state[flat->parents[slot]];
                if (state >= 0) {
                    query->ends[2 * links] = query->bit[at];
                    query->ends[2 * links + 1] = state;
                    query->link_at[links++] = flat->link_at[slot];
                }
            }
        }
    }
    query->links = links;
    query->leaves_count = leaves;
}

/* List for each variable the links that it is an end of, in their order. */
static void list_links(Call *call, Query *query)
{
    Int m = query->m, ends = 2 * query->links;
    query->at_start = take_zero(call, m + 2, sizeof(Int));
    query->at_link = take(call, ends, sizeof(Int));
    Int *start = query->at_start + 2; /* moves on by one place while the list is written */
    for (Int end = 0; end < ends; end++)
        start[query->ends[end]]++;
    for (Int v = 1; v < m; v++)
        start[v] += start[v - 1];
    start--;
    for (Int end = 0; end < ends; end++)
        query->at_link[start[query->ends[end]]++] = end / 2;
}

/* Open members of a table's family, parents in order and the node last; returns how many. */
Int leaf_scope(const Flat *flat, const State *hard, Int at, const Int *state, Int *out)
{
    Int number = 0;
    for (Int slot = flat->parent_start[at]; slot < flat->parent_start[at + 1]; slot++)
        if (hard[flat->parents[slot]] < 0)
            out[number++] = state[flat->parents[slot]];
    if (hard[at] < 0)
        out[number++] = state[at];
    return number;
}

static void find_neighbours(Call *call, const Flat *flat, const State *hard, Query *query)
{
    Int m = query->m, words = (m + 63) / 64 + 1;
    Word *near = take_zero(call, m * words, sizeof(Word));
    Int *scope = take(call, flat->nodes + 1, sizeof(Int));
    query->words = words;
    query->near = near;
    for (Int v = 0; v < m; v++)
        if (query->across[v] >= 0) {
            add(near + v * words, query->across[v]);
            add(near + query->across[v] * words, v);
        }
    for (Int link = 0; link < query->links; link++) {
        Int bit = query->ends[2 * link], state = query->ends[2 * link + 1];
        add(near + bit * words, state);
        add(near + state * words, bit);
    }
    for (Int leaf = 0; leaf < query->leaves_count; leaf++) {
        Int number = leaf_scope(flat, hard, query->leaves[leaf], query->state, scope);
        for (Int i = 0; i < number; i++)
            for (Int j = 0; j < number; j++)
                if (i != j)
                    add(near + scope[i] * words, scope[j]);
    }
}

/* Collect what is open: nodes that are named keep their state, kept ones are not taken out. */
Query *open_query(Call *call, const Flat *flat, const State *hard, const uint8_t *relevant,
                  const uint8_t *named, const uint8_t *mild, const uint8_t *kept)
{
    Query *query = take_zero(call, 1, sizeof(Query));
    Int *through = tables_acted_through(call, flat, hard, relevant, named);
    number_variables(call, flat, hard, relevant, mild, through, query);
    collect_leaves(call, flat, hard, relevant, through, query);
    Int m = query->m;
    query->size = take(call, m, sizeof(Int));
    query->becomes = take(call, m, sizeof(Int));
    query->across = take(call, m, sizeof(Int));
    query->kept = take_zero(call, m, 1);
    query->mild = take_zero(call, m, 1);
    for (Int v = 0; v < m; v++) {
        Int at = query->node[v];
        query->becomes[v] = query->across[v] = NONE;
        query->kept[v] = kept != NULL && kept[at] && !query->is_bit[v];
        query->size[v] = query->is_bit[v] ? 2 : flat->states[at];
        query->mild[v] = query->is_bit[v] && mild[at];
        if (query->is_bit[v] && hard[at] < 0 && !mild[at]) {
            Int table = through[at];
            Int other = table < 0 ? NONE : other_parent(flat, table, at);
            query->becomes[v] = query->state[table < 0 ? at : table];
            query->across[v] = other < 0 ? NONE : query->state[other];
        }
    }
    list_links(call, query);
    find_neighbours(call, flat, hard, query);
    return query;
}
