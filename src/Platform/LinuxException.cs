using System.Runtime.InteropServices;

namespace CameraFabric.Platform;

/// <summary>
/// The kernel refused a call. The message says which call on what, and the reason in words and by name, e.g.
/// <c>mmap of 4096 bytes failed: Cannot allocate memory (ENOMEM)</c>.
/// </summary>
public sealed class LinuxException : IOException
{
    /// <summary>Describes one refused call.</summary>
    /// <param name="operation">What was attempted, e.g. <c>mmap of 4096 bytes</c>.</param>
    /// <param name="errorNumber">The <c>errno</c> value.</param>
    public LinuxException(string operation, int errorNumber)
        : base($"{operation} failed: {Describe(errorNumber)}") => ErrorNumber = errorNumber;

    /// <summary>Describes one refused call, with advice on what would be right.</summary>
    /// <param name="operation">What was attempted, e.g. <c>mmap of 4096 bytes</c>.</param>
    /// <param name="errorNumber">The <c>errno</c> value.</param>
    /// <param name="advice">A clause that follows the reason, e.g. <c>raise the limit of open files</c>.</param>
    public LinuxException(string operation, int errorNumber, string advice)
        : base($"{operation} failed: {Describe(errorNumber)}; {advice}") => ErrorNumber = errorNumber;

    /// <summary>The <c>errno</c> value, as in <c>asm-generic/errno.h</c>.</summary>
    public int ErrorNumber { get; }

    /// <summary>
    /// For the error of a call that failed just now. The number comes first, so that it is read before the text is put together: that may
    /// call the system too, and so replace it.
    /// </summary>
    internal static LinuxException For(int errorNumber, string operation) => new(operation, errorNumber);

    /// <summary>An error number in words and by name, e.g. <c>Permission denied (EACCES)</c>.</summary>
    internal static string Describe(int errorNumber) =>
        $"{Marshal.GetPInvokeErrorMessage(errorNumber)} ({CameraFabric.Platform.Native.ErrorNumber.NameOf(errorNumber)})";
}
