/* What the key holder's process gives up once its keys are loaded. */
#ifndef LEDGER_KEYHOLDER_CONFINE_H
#define LEDGER_KEYHOLDER_CONFINE_H

#include "ledger/base/err.h"

#include <sys/types.h>

/* At once after fork: ends with its parent, closes what it inherited but keep and standard error,
 * leaves no core dump and no way to be looked into, ignores the terminal's signals (it ends when
 * its socket closes). Errors: ERR_IO; the parent may be gone already. */
MUST_CHECK enum err confine_process(pid_t parent, int keep);

/* After the files are open: from now on no new file, socket or process can be made; such a system
 * call fails with EPERM. Where the kernel has no seccomp filter this is ERR_IO. Architectures
 * other than x86-64 and arm64 are left as they are. */
MUST_CHECK enum err confine_calls(void);

#endif
