namespace CameraFabric.Platform.Tests.Memory;

/// <summary>The process that a test starts to see it die: this assembly, run as a program.</summary>
internal static class FaultChild
{
    private const int Size = 1 << 16;

    public static int Main(string[] args)
    {
        if (args is ["guarded"])
        {
            using var ours = new ShrinkableFile("memfd", Size);
            using var map = ours.Map(MemoryGuard.Shared);
            ours.Resize(0);
            map.Write(0, 1)[0] = 1;
            Console.WriteLine(map.IsLost ? "survived a fault of its own" : "no fault");
        }

        using var foreign = new ShrinkableFile("memfd", Size);
        using var bare = MappedMemory.Map(foreign.Descriptor, 0, Size, MapAccess.ReadWrite);
        foreign.Resize(0);
        bare.Write(0, 1)[0] = 1;
        Console.WriteLine("went on");
        return 0;
    }
}
