// The built-in policy, embedded byte for byte. It lives as long as the program and is never written.
#pragma once
#include <stddef.h>

const char *sentinel_default_policy(void);
size_t sentinel_default_policy_length(void);
