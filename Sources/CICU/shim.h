// ICU: Unicode normalisation (NFKC, UAX 15) and confusable skeletons (UTS 39). <https://unicode-org.github.io/icu/>
// ICU renames its symbols by macro, which Swift cannot see: one inline function for each call that is used.
#pragma once
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/uchar.h>

static inline const UNormalizer2 *sentinel_icu_nfkd(UErrorCode *status) {
    return unorm2_getNFKDInstance(status);
}

static inline const UNormalizer2 *sentinel_icu_nfkc_casefold(UErrorCode *status) {
    return unorm2_getNFKCCasefoldInstance(status);
}

static inline int32_t sentinel_icu_normalize(
    const UNormalizer2 *normalizer, const UChar *text, int32_t length, UChar *out, int32_t capacity, UErrorCode *status
) {
    return unorm2_normalize(normalizer, text, length, out, capacity, status);
}

static inline USpoofChecker *sentinel_icu_spoof_open(UErrorCode *status) {
    return uspoof_open(status);
}

static inline int32_t sentinel_icu_spoof_skeleton(
    const USpoofChecker *checker, const UChar *text, int32_t length, UChar *out, int32_t capacity, UErrorCode *status
) {
    return uspoof_getSkeleton(checker, 0, text, length, out, capacity, status);
}

static inline UChar32 sentinel_icu_upper(UChar32 scalar) {
    return u_toupper(scalar);
}

static inline int8_t sentinel_icu_category(UChar32 scalar) {
    return u_charType(scalar);
}

static inline UBool sentinel_icu_is_default_ignorable(UChar32 scalar) {
    return u_hasBinaryProperty(scalar, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}
