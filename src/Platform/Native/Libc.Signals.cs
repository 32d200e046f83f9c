using System.Runtime.InteropServices;

namespace CameraFabric.Platform.Native;

/// <summary>The C library's calls, by subject: this part is about signals.</summary>
internal static unsafe partial class Libc
{
    public const int SignalBus = 7;
    public const nint DefaultAction = 0;
    public const nint IgnoreAction = 1;
    public const int ActionWithInformation = 4;
    public const int ActionOnAlternateStack = 0x08000000;
    public const int ActionRestart = 0x10000000;
    public const int ActionOnce = unchecked((int)0x80000000);

    /// <summary><c>struct sigaction</c> of 64-bit Linux's C libraries (not the kernel's), on x86-64 and arm64.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 152)]
    public struct SignalAction
    {
        [FieldOffset(0)] public nint Handler;
        [FieldOffset(8)] public fixed ulong Mask[16];
        [FieldOffset(136)] public int Flags;
    }

    [LibraryImport(Library, EntryPoint = "sigaction", SetLastError = true)]
    public static partial int ChangeAction(int signal, SignalAction* wanted, SignalAction* previous);
}
