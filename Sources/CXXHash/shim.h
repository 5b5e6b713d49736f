// xxHash, header only: XXH3 for text fingerprints. <https://xxhash.com>
#pragma once
#define XXH_INLINE_ALL
#include <xxhash.h>
