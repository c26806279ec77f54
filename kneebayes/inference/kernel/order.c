/* The elimination order: again and again the variable with the lowest score.
 *
 * The score is the number of pairs of neighbours that are joined for the first time (minimum
 * fill; Kjaerulff 1990) and so much times log2 of the table made; less for the bit of a hidden
 * node (once it has become a state, other tables are joined to it without an OR, and the state
 * itself can be taken out), more for that of an observed one, and perhaps something by chance. */
#include "kernel.h"

#include <math.h>
#include <string.h>

typedef struct {
    const Query *query;
    Word *near, *around, *changed, *seen, *twice;
    double *weight, *fixed, *scores, share;
    double *open; /* the score of who can be chosen; infinite for all others */
    Int *held, *ones, *others;
    uint8_t *waiting;
} Work;

static int lowest(Word word)
{
    return __builtin_ctzll(word);
}

/* Write the members of a set, lowest first; returns how many. */
static Int members(const Word *set, Int words, Int *out)
{
    Int found = 0;
    for (Int place = 0; place < words; place++)
        for (Word word = set[place]; word != 0; word &= word - 1)
            out[found++] = (place << 6) + lowest(word);
    return found;
}

static void remove_member(Word *set, Int member)
{
    set[member >> 6] &= ~((Word)1 << (member & 63));
}

static void add_member(Word *set, Int member)
{
    set[member >> 6] |= (Word)1 << (member & 63);
}

static double score(Work *work, Int at)
{
    Int words = work->query->words, pairs = 0;
    memcpy(work->around, work->near + at * words, (size_t)words * sizeof(Word));
    if (work->query->becomes[at] >= 0)
        add_member(work->around, work->query->becomes[at]);
    double size = work->weight[at];
    Int number = members(work->around, words, work->ones);
    for (Int k = 0; k < number; k++) {
        const Word *near = work->near + work->ones[k] * words;
        size += work->weight[work->ones[k]];
        for (Int place = 0; place < words; place++)
            pairs += __builtin_popcountll(work->around[place] & ~near[place]);
    }
    return 0.5 * (double)(pairs - number) + work->share * size;
}

/* Join the neighbours of a variable; `changed` gets all whose score may be another: the neighbours,
   and who is near to two of them that were joined now. */
static void connect(Work *work, Int chosen)
{
    Int words = work->query->words;
    const Word *around = work->near + chosen * words;
    size_t bytes = (size_t)words * sizeof(Word);
    memset(work->seen, 0, bytes);
    memset(work->twice, 0, bytes);
    Int number = members(around, words, work->ones);
    for (Int k = 0; k < number; k++) {
        Word *near = work->near + work->ones[k] * words, fresh = 0;
        add_member(near, work->ones[k]); /* so that it is not taken for a new one */
        for (Int place = 0; place < words; place++) {
            fresh |= around[place] & ~near[place];
            near[place] |= around[place];
        }
        remove_member(near, work->ones[k]);
        remove_member(near, chosen);
        if (fresh == 0)
            continue;
        for (Int place = 0; place < words; place++) {
            work->twice[place] |= work->seen[place] & near[place];
            work->seen[place] |= near[place];
        }
    }
    for (Int place = 0; place < words; place++)
        work->changed[place] = around[place] | work->twice[place];
}

static void set_open(Work *work, Int at)
{
    int can_be_chosen = work->waiting[at] && work->held[at] == 0;
    work->open[at] = can_be_chosen ? work->scores[at] : INFINITY;
}

static void hold_member(Work *work, Int at, Int more)
{
    work->held[at] += more;
    set_open(work, at);
}

/* Count for the variables that wait for the bit of a hidden node how many they wait for: what it
   becomes and acts across, and the bits of a mild node's children. */
static void hold(Work *work, Int at, Int more)
{
    if (work->query->becomes[at] >= 0)
        hold_member(work, work->query->becomes[at], more);
    if (work->query->across[at] >= 0)
        hold_member(work, work->query->across[at], more);
    if (work->query->mild[at])
        for (Int i = work->query->at_start[at]; i < work->query->at_start[at + 1]; i++) {
            const Int *ends = work->query->ends + 2 * work->query->at_link[i];
            if (ends[1] == at)
                hold_member(work, ends[0], more);
        }
}

/* The first variable with the lowest score among those that can be chosen; NONE if none can. */
static Int choose(const Work *work)
{
    const double *open = work->open;
    Int m = work->query->m, at = 0;
    double lanes[4] = {INFINITY, INFINITY, INFINITY, INFINITY};
    for (; at + 4 <= m; at += 4)
        for (int k = 0; k < 4; k++)
            lanes[k] = open[at + k] < lanes[k] ? open[at + k] : lanes[k];
    for (; at < m; at++)
        lanes[0] = open[at] < lanes[0] ? open[at] : lanes[0];
    double lowest_score = fmin(fmin(lanes[0], lanes[1]), fmin(lanes[2], lanes[3]));
    if (lowest_score == INFINITY)
        return NONE;
    for (at = 0; open[at] != lowest_score;)
        at++;
    return at;
}

static Work start(Call *call, const Query *query, Rule rule, uint64_t seed)
{
    Int m = query->m, words = query->words;
    Work work = {.query = query, .share = rule.size};
    work.near = take(call, m * words, sizeof(Word));
    memcpy(work.near, query->near, (size_t)(m * words) * sizeof(Word));
    work.around = take(call, words, sizeof(Word));
    work.changed = take(call, words, sizeof(Word));
    work.seen = take(call, words, sizeof(Word));
    work.twice = take(call, words, sizeof(Word));
    work.weight = take(call, m, sizeof(double));
    work.fixed = take(call, m, sizeof(double));
    work.scores = take(call, m, sizeof(double));
    work.open = take(call, m, sizeof(double));
    work.waiting = take(call, m, 1);
    work.held = take_zero(call, m, sizeof(Int));
    work.ones = take(call, m, sizeof(Int));
    work.others = take(call, m, sizeof(Int));
    uint64_t number = seed;
    for (Int at = 0; at < m; at++) { /* Knuth's linear congruential generator */
        number = number * 6364136223846793005u + 1442695040888963407u;
        work.weight[at] = log2((double)query->size[at]);
        work.fixed[at] = rule.chance * (double)(number >> 33) / 2147483648.0;
        if (query->is_bit[at] && !query->mild[at])
            work.fixed[at] += query->becomes[at] >= 0 ? rule.hidden : rule.observed;
    }
    return work;
}

/* Fill the order; returns log2 of the entries of its largest table. */
double greedy_order(Call *call, const Query *query, Rule rule, uint64_t seed, Int *order,
                    Int *length)
{
    Int m = query->m, words = query->words, turns = 0;
    Work work = start(call, query, rule, seed);
    double width = 0.0;
    for (Int at = 0; at < m; at++) {
        work.waiting[at] = !query->kept[at];
        work.scores[at] = work.fixed[at] + score(&work, at);
    }
    for (Int at = 0; at < m; at++)
        hold(&work, at, 1);
    for (Int at = 0; at < m; at++)
        set_open(&work, at);
    for (Int chosen = choose(&work); chosen >= 0; chosen = choose(&work)) {
        poll(call);
        order[turns++] = chosen;
        work.waiting[chosen] = 0;
        set_open(&work, chosen);
        double size = work.weight[chosen];
        Int number = members(work.near + chosen * words, words, work.ones);
        for (Int k = 0; k < number; k++)
            size += work.weight[work.ones[k]];
        width = fmax(width, size);
        hold(&work, chosen, -1);
        if (query->becomes[chosen] >= 0)
            add_member(work.near + chosen * words, query->becomes[chosen]);
        connect(&work, chosen);
        number = members(work.changed, words, work.others);
        for (Int k = 0; k < number; k++) {
            Int at = work.others[k];
            if (work.waiting[at]) {
                work.scores[at] = work.fixed[at] + score(&work, at);
                set_open(&work, at);
            }
        }
    }
    *length = turns;
    return width;
}
