// Embeds ../../policies.
#include "CSentinelPolicies.h"

// #embed is C23; clang has it in every mode and says so each time.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char default_policy[] = {
#embed "../../policies/default.yaml"
    , 0};

const char *sentinel_default_policy(void) { return default_policy; }

size_t sentinel_default_policy_length(void) { return sizeof default_policy - 1; }

static const char access_log_policy[] = {
#embed "../../policies/access-logs.yaml"
    , 0};

const char *sentinel_access_log_policy(void) { return access_log_policy; }

size_t sentinel_access_log_policy_length(void) { return sizeof access_log_policy - 1; }
