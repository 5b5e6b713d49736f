// PCRE2 for texts of bytes (UTF-8). <https://www.pcre.org/current/doc/html/pcre2api.html>
// Its functions are macros that append the width; Swift calls the names with it: pcre2_compile_8.
#pragma once
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
