// The SIGBUS handler of MemoryGuard for arm64. Assembled by hand into FaultHandler.cs: eng/fault-handler compares, and prints.
// What it does and why, and the layout of the table: FaultHandler.x64.s, which it follows line by line.
//
// In: w0 signal, x1 siginfo_t *, x2 ucontext_t *. All three must reach the handler before us untouched.

    .text
handler:
    ldr     w9, [x1, #8]                // si_code: not above 0 is sent by a process, and si_addr means nothing
    cmp     w9, #0
    b.le    previous
    ldr     x10, [x1, #16]              // si_addr
    ldr     x11, table
    ldr     w12, [x11, #4]
    add     x13, x11, #32
look:
    cbz     w12, previous
    sub     w12, w12, #1
    add     x14, x13, #8
    ldar    x15, [x14]                  // the end is written last and cleared first, so it is read first and again:
    ldar    x16, [x13]                  // what lies between two equal reads belongs together
    cmp     x10, x15
    b.hs    next
    cmp     x10, x16
    b.lo    next
    ldr     x17, [x14]
    cmp     x17, x15
    b.eq    found
next:
    add     x13, x13, #32
    b       look

found:                                  // the range is x16..x15, its entry x13
    stp     x0, x1, [sp, #-32]!
    str     x2, [sp, #16]
    mov     w9, #1
    str     w9, [x13, #16]              // before the zeros can be seen: whoever has read one finds the mark
    dmb     ish
    mov     x0, x16
    sub     x1, x15, x16
    mov     x2, #3                      // PROT_READ | PROT_WRITE
    mov     x3, #0x4032                 // MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE
    mov     x4, #-1
    mov     x5, #0
    mov     x8, #222                    // mmap
    svc     #0
    cmp     x0, x16
    b.ne    failed
    ldr     w0, [x11]
    adr     x1, one
    mov     x2, #8
    mov     x8, #64                     // write; a full eventfd wakes its reader anyway
    svc     #0
    ldr     x2, [sp, #16]
    ldp     x0, x1, [sp], #32
    ret                                 // the access is made again, and meets zeros

failed:
    ldr     x2, [sp, #16]
    ldp     x0, x1, [sp], #32
previous:
    ldr     x9, table
    ldr     x9, [x9, #8]
    cmp     x9, #1
    b.ls    default
    br      x9                          // as if it had been called itself
default:
    mov     x0, #7                      // SIGBUS; the access is made again, and ends the process (the kernel ignores no fault)
    adr     x1, defaults
    mov     x2, #0
    mov     x3, #8
    mov     x8, #134                    // rt_sigaction
    svc     #0
    ret

    .balign 8
one:
    .quad   1
defaults:                               // struct kernel_sigaction: SIG_DFL, no flags, no restorer, nothing blocked
    .quad   0, 0, 0, 0
table:                                  // the last word: filled in when it is installed
    .quad   0
