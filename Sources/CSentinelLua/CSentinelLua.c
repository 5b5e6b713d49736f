#include "CSentinelLua.h"
