using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>The control data of a message (cmsg(3)): one SCM_RIGHTS header, then the descriptors' numbers.</summary>
internal static unsafe class ControlBuffer
{
    /// <summary>Where the numbers begin: behind <c>struct cmsghdr</c>.</summary>
    public const int DataOffset = 16;

    /// <summary>Room for a full message, in bytes; a multiple of the 8 to which headers are aligned.</summary>
    public const int Capacity = DataOffset + (DescriptorBag.MaximumPerMessage * sizeof(int));

    private const int Alignment = 8;

    /// <summary>Writes the header for so many numbers; returns the length of the whole.</summary>
    public static nuint WriteHeader(byte* control, int count)
    {
        var header = (Libc.ControlHeader*)control;
        header->Length = (nuint)(DataOffset + (count * sizeof(int)));
        header->Level = Libc.LevelSocket;
        header->Type = Libc.ControlRights;
        return (header->Length + (Alignment - 1)) & ~(nuint)(Alignment - 1);
    }

    /// <summary>
    /// Owns every descriptor that the kernel has installed, then puts them in the bag. Those for which there is no room are closed; false
    /// in this case.
    /// </summary>
    public static bool MoveTo(DescriptorBag bag, byte* control, nuint length)
    {
        var complete = true;
        nuint at = 0;
        while (at + DataOffset <= length)
        {
            var header = (Libc.ControlHeader*)(control + at);
            var size = header->Length;
            if (size < DataOffset || size > length - at) break;
            if (header->Level == Libc.LevelSocket && header->Type == Libc.ControlRights)
            {
                var numbers = (int*)(control + at + DataOffset);
                var count = (int)((size - DataOffset) / sizeof(int));
                for (var i = 0; i < count; i++)
                {
                    var descriptor = new FileDescriptor(numbers[i]);
                    if (bag.TryAdd(descriptor)) continue;
                    descriptor.Dispose();
                    complete = false;
                }
            }

            at += (size + (Alignment - 1)) & ~(nuint)(Alignment - 1);
        }

        return complete;
    }
}
