// The policies that come with the program, embedded byte for byte. They live as long as it and are never written.
#pragma once
#include <stddef.h>

const char *sentinel_default_policy(void);
size_t sentinel_default_policy_length(void);

const char *sentinel_access_log_policy(void);
size_t sentinel_access_log_policy_length(void);
