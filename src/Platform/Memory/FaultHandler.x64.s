# The SIGBUS handler of MemoryGuard for x86-64. Assembled by hand into FaultHandler.cs: eng/fault-handler compares, and prints.
#
# Why machine code: managed code must not run in a signal handler (the thread may be anywhere, also inside the collector), and a C
# library of our own would be one more thing to build and to ship. It touches nothing but registers, its own frame and the guard's
# table, and calls nothing but the kernel: async-signal-safe. Position-independent.
#
# The table (MemoryGuard.cs lays it out, and keeps these numbers beside it):
#    0  int   eventfd to write to          8  handler that was installed before (0: default, 1: ignore)
#    4  int   entries to look at          32  entries of 32 bytes: 0 start, 8 end (0: free), 16 int hit
#
# In: edi signal, rsi siginfo_t *, rdx ucontext_t *. All three must reach the handler before us untouched.

    .intel_syntax noprefix
    .text
handler:
    cmp     dword ptr [rsi + 8], 0      # si_code: not above 0 is sent by a process, and si_addr means nothing
    jle     previous
    mov     rcx, [rsi + 16]             # si_addr
    mov     r9, [rip + table]
    mov     r8d, [r9 + 4]
    lea     r10, [r9 + 32]
look:
    sub     r8d, 1
    jb      previous
    mov     rax, [r10 + 8]              # the end is written last and cleared first, so it is read first and again:
    mov     r11, [r10]                  # what lies between two equal reads belongs together
    cmp     rcx, rax
    jae     next
    cmp     rcx, r11
    jb      next
    cmp     rax, [r10 + 8]
    je      found
next:
    add     r10, 32
    jmp     look

found:                                  # the range is r11..rax, its entry r10
    push    rdi
    push    rsi
    push    rdx
    mov     dword ptr [r10 + 16], 1     # before the zeros can be seen: whoever has read one finds the mark
    mov     rdi, r11
    mov     rsi, rax
    sub     rsi, r11
    mov     edx, 3                      # PROT_READ | PROT_WRITE
    mov     r10d, 0x4032                # MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE
    mov     r8, -1
    xor     r9d, r9d
    mov     eax, 9                      # mmap
    syscall
    cmp     rax, rdi
    jne     failed
    mov     rax, [rip + table]
    mov     edi, [rax]
    lea     rsi, [rip + one]
    mov     edx, 8
    mov     eax, 1                      # write; a full eventfd wakes its reader anyway
    syscall
    pop     rdx
    pop     rsi
    pop     rdi
    ret                                 # the access is made again, and meets zeros

failed:
    pop     rdx
    pop     rsi
    pop     rdi
previous:
    mov     rax, [rip + table]
    mov     rax, [rax + 8]
    cmp     rax, 1
    jbe     default
    jmp     rax                         # as if it had been called itself
default:
    mov     edi, 7                      # SIGBUS; the access is made again, and ends the process (the kernel ignores no fault)
    lea     rsi, [rip + defaults]
    xor     edx, edx
    mov     r10d, 8
    mov     eax, 13                     # rt_sigaction
    syscall
    ret

    .balign 8
one:
    .quad   1
defaults:                               # struct kernel_sigaction: SIG_DFL, no flags, no restorer, nothing blocked
    .quad   0, 0, 0, 0
table:                                  # the last word: filled in when it is installed
    .quad   0
