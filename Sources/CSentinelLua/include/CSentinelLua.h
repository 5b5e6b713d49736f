// The function library's Lua sources, embedded byte for byte.
#pragma once
#include <stddef.h>

typedef struct {
    const char *name;
    const char *source;
    size_t length;
} sentinel_lua_file;

// The files in the order in which they make one chunk, without the policy.
// They live as long as the program and are never written.
const sentinel_lua_file *sentinel_lua_files(void);
size_t sentinel_lua_file_count(void);
