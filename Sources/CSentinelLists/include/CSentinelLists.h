// The built-in lists, embedded byte for byte. They live as long as the program and are never written.
#pragma once
#include <stddef.h>

// lists/jailbreak.txt
const char *sentinel_list_jailbreak(size_t *length);
