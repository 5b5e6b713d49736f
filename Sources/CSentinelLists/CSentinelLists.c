// Embeds ../../lists.
#include "CSentinelLists.h"

// #embed is C23; clang has it in every mode and says so each time.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char jailbreak[] = {
#embed "../../lists/jailbreak.txt"
    , 0};

const char *sentinel_list_jailbreak(size_t *length) {
    *length = sizeof jailbreak - 1;
    return jailbreak;
}
