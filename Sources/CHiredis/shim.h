// hiredis, used as a codec only: redisFormatCommandArgv and redisReader. <https://github.com/redis/hiredis>
#pragma once
#include <hiredis/hiredis.h>
