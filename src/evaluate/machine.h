/* machine: what measured figures hold for, in words: "x86_64, 2 processors, avx512". Threads: any. */
#ifndef EVALUATE_MACHINE_H
#define EVALUATE_MACHINE_H

char *machine_words(void);       /* the caller's to free */

#endif
