/* Working memory of a call, its clock, and the way out. */
#include "kernel.h"

#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
/* not windows.h, which takes names such as near for its own */
__declspec(dllimport) unsigned long long __stdcall GetTickCount64(void);
#else
#include <time.h>
#endif

#define HEAD ((sizeof(Block) + 63) / 64 * 64)

/* Seconds on a clock that never goes back. */
double now(void)
{
#ifdef _WIN32
    return (double)GetTickCount64() / 1e3;
#else
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + time.tv_nsec / 1e9;
#endif
}

/* Go to the door at once: nothing is written after. */
void leave(Call *call, int status)
{
    call->status = status;
    longjmp(call->out, 1);
}

/* Room for so many things; goes to the door where that is more than the question may take. */
void *take(Call *call, Int count, size_t size)
{
    double bytes = (double)count * (double)size + HEAD;
    if (count < 0 || call->used + bytes > call->most || bytes > (double)(SIZE_MAX / 4))
        leave(call, TOO_WIDE);
    size_t whole = (size_t)count * size + HEAD;
    Block *block = malloc(whole);
    if (block == NULL)
        leave(call, NO_MEMORY);
    block->before = call->blocks;
    block->bytes = whole;
    call->blocks = block;
    call->used += (double)whole;
    return (char *)block + HEAD;
}

/* The same, all zero. */
void *take_zero(Call *call, Int count, size_t size)
{
    void *room = take(call, count, size);
    memset(room, 0, (size_t)count * size);
    return room;
}

/* Give back all that was taken after a block. */
void give_back(Call *call, Block *mark)
{
    while (call->blocks != mark) {
        Block *block = call->blocks;
        call->blocks = block->before;
        call->used -= (double)block->bytes;
        free(block);
    }
}

/* Leave if someone wants to stop, or time is up. */
void poll(Call *call)
{
    if (call->stop != NULL && *call->stop != 0)
        leave(call, STOPPED);
    if ((call->polls++ & 15) == 0 && now() > call->deadline)
        leave(call, TOO_SLOW);
}
