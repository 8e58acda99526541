#include "curate/language.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

#define LANGUAGE_BYTES 4096u     /* of a longer text the first are read */

/* The library is C++ with a C++ header, but these two functions take and give plain values: they are declared here by
 * the names that the linker knows (configure looks for them), so that no C++ compiler is needed. */
extern int
cld2_detect(const char *text, int n, bool is_plain_text, int languages[3], int percents[3], int *text_bytes,
            bool *is_reliable) __asm__("_ZN4CLD224ExtDetectLanguageSummaryEPKcibPNS_8LanguageEPiS4_Pb");
extern const char *
cld2_code(int language) __asm__("_ZN4CLD212LanguageCodeENS_8LanguageE");

const char *const language_names[] = {
  "en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "no", "fi", "cs", "ru", "uk", "tr", "ja", "zh", "zh-Hant",
  "ko", "ar", "he", "hi", "hu", "ro", "el", "bg", "sr", "hr", "sk", "sl", "lt", "lv", "et", "is", "ga", "gl", "ca", "eu",
  "tl", "mk", "bn", "id", "la", "ms", "ml", "cy", "ne", "te", "sq", "ta", "be", "jv", "oc", "ur", "bh", "gu", "th", "eo",
  "ia", "kn", "pa", "gd", "sw", "mr", "mt", "vi", "fy", "fo", "su", "uz", "am", "az", "ka", "ti", "fa", "bs", "si", "nn",
  "xh", "zu", "gn", "st", "tk", "ky", "br", "tw", "yi", "so", "ug", "ku", "mn", "hy", "lo", "sd", "rm", "af", "lb", "my",
  "km", "bo", "dv", "chr", "syr", "lif", "or", "as", "co", "ie", "kk", "ln", "ps", "qu", "sn", "tg", "tt", "to", "yo",
  "mi", "wo", "ab", "aa", "ay", "ba", "bi", "dz", "fj", "kl", "ha", "ht", "ik", "iu", "ks", "rw", "mg", "na", "om", "rn",
  "sm", "sg", "sa", "ss", "ts", "tn", "vo", "za", "kha", "sco", "lg", "gv", "ak", "ig", "mfe", "haw", "ceb", "ee", "gaa",
  "hmn", "kri", "loz", "lua", "luo", "new", "ny", "os", "pam", "nso", "raj", "crs", "tum", "ve", "war", "nr",
};
const size_t language_count = N_OF(language_names);

/* Codes that have another name by now. */
static const struct { const char *old, *name; } renamed[] = {{"iw", "he"}, {"jw", "jv"}, {"sr-ME", "sr"}};

static int
place_of(const char *code)
{
  for (size_t i = 0; i < N_OF(renamed); i++)
    if (!strcmp(code, renamed[i].old))
      code = renamed[i].name;
  for (size_t i = 0; i < language_count; i++)
    if (!strcmp(code, language_names[i]))
      return (int)i;
  return LANGUAGE_NONE;
}

int
language_guess(const char *text, size_t n)
{
  int languages[3], percents[3], bytes, language;
  bool sure = false;

  if (n > LANGUAGE_BYTES)
    for (n = LANGUAGE_BYTES; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
      ;
  language = cld2_detect(text, (int)n, true, languages, percents, &bytes, &sure);
  return sure ? place_of(cld2_code(language)) : LANGUAGE_NONE;
}
