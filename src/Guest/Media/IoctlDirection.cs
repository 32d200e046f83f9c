namespace CameraFabric.Guest.Media;

/// <summary>Which way an ioctl's payload goes, seen from the guest: the letters of <c>_IOR</c>, <c>_IOW</c> and <c>_IOWR</c>.</summary>
[Flags]
internal enum IoctlDirection
{
    /// <summary>The guest reads: the device writes the payload behind its answer.</summary>
    Read = 1,

    /// <summary>The guest writes: the device reads the payload behind the command.</summary>
    Write = 2,

    /// <summary>Both, in the same guest memory.</summary>
    ReadWrite = Read | Write,
}
