// ICU: Unicode normalisation (NFKC, UAX 15) and confusable skeletons (UTS 39). <https://unicode-org.github.io/icu/>
// ICU renames its symbols by macro, which Swift cannot see: one inline function for each call that is used.
#pragma once
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>
#include <unicode/uchar.h>
