// xxHash, header only: XXH3 for text fingerprints. <https://xxhash.com>
// XXH3 itself is built of vector intrinsics that Swift need not see: one inline function for the one call that is used.
#pragma once
#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t sentinel_xxh3_64(const void *bytes, size_t count) {
    return XXH3_64bits(bytes, count);
}
