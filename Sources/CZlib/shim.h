// zlib: reads .gz recordings. <https://zlib.net/manual.html>
#pragma once
#include <zlib.h>
