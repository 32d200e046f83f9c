using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>The memory in which a session's state outlives the process.</summary>
public sealed class SavedAreaTests : IDisposable
{
    private const int Bytes = 8192;

    private readonly MappedMemory _memory;

    public SavedAreaTests()
    {
        using var file = MemoryFile.Create("saved", Bytes);
        _memory = file.Map(MapAccess.ReadWrite);
    }

    private SavedArea Area => new(new SavedState(_memory, 0, Bytes));

    private Span<byte> Image => _memory.Write(0, Bytes);

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void The_newest_state_is_found_by_the_next_life_and_goes_on_from_there()
    {
        Assert.Null(Area.Load());
        for (byte i = 1; i < 7; i++)
        {
            Assert.True(Area.TrySave([i, i, i]));
            Assert.Equal([i, i, i], Area.Load()!);
        }

        Area.LastEvent = 42;
        Assert.Equal(42ul, Area.LastEvent);
    }

    [Fact]
    public void A_state_that_does_not_fit_leaves_the_one_before()
    {
        Area.TrySave([1]);
        Assert.False(Area.TrySave(new byte[Area.Capacity + 1]));
        Assert.True(Area.TrySave(new byte[Area.Capacity]));
        Assert.Equal(Area.Capacity, Area.Load()!.Length);
    }

    [Fact]
    public void Memory_too_small_for_anything_keeps_nothing()
    {
        var area = new SavedArea(new SavedState(_memory, 0, 100));
        Assert.False(area.TrySave([]));
        area.LastEvent = 7;
        Assert.Null(area.Load());
    }

    /// <summary>A kill between any two stores: some bytes of the slot are new, the others old, and the first word comes last.</summary>
    [Fact]
    public void A_process_killed_while_it_saves_leaves_the_state_before_or_the_state_after_whole()
    {
        var runs = Gen.Choose(0, Bytes).SelectMany(cut => Gen.Choose(1, 3000).SelectMany(length => Gen.Choose(0, 1).Select(
            word => (Cut: cut, Length: length, IsFirstWordThere: word == 1)))).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(runs, run =>
        {
            Image.Clear();
            byte[] before = [.. Enumerable.Repeat((byte)1, run.Length)], after = [.. Enumerable.Repeat((byte)2, run.Length / 2 + 1)];
            Area.TrySave(before);
            Area.TrySave(before);
            var old = Image.ToArray();
            Area.TrySave(after);
            var changed = Enumerable.Range(0, Bytes).Where(i => old[i] != _memory.Read(i, 1)[0]).ToArray();
            var first = changed[0] & ~63;
            for (var i = Math.Min(run.Cut, Bytes); i < Bytes; i++) Image[i] = old[i];
            if (!run.IsFirstWordThere) Image.Slice(first, 8).Clear();
            var found = Area.Load();
            Assert.NotNull(found);
            Assert.True(found.SequenceEqual(before) || found.SequenceEqual(after));
        }));
    }

    [Fact]
    public void Whatever_stands_in_the_memory_it_is_a_state_or_none()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (bytes, at) =>
        {
            Image.Clear();
            Area.TrySave([1, 2, 3]);
            var place = at.Get % (Bytes - 64);
            bytes.AsSpan(0, Math.Min(bytes.Length, Bytes - place)).CopyTo(Image[place..]);
            var state = Area.Load();
            Assert.True(state is null || state is [1, 2, 3]);
            Assert.True(Area.TrySave([4]));
            Assert.Equal([4], Area.Load()!);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_structures_lie_as_the_format_says()
    {
        Assert.Equal((SavedSlot.Bytes, SavedSession.Bytes, SavedBuffer.Bytes), (32, 152, 16));
        var image = new byte[SavedSession.Bytes];
        CameraWire.Write(image, default(SavedSession) with { State = 0x11, Role = 0x22, BufferCount = 0x33, CommandChecksum = 0x44 });
        Assert.Equal((0x11, 0x22, 0x33, 0x44), (image[20], image[24], image[32], image[52]));
        CameraWire.Write(image, default(SavedSession) with { Stream = default(StreamConfig) with { Width = 0x55 } });
        Assert.Equal(0x55, image[64 + 20]);
        CameraWire.Write(image, new SavedSlot(1, 2, 3, 4, 0, 0));
        Assert.Equal((1, 2, 3, 4), (image[0], image[4], image[8], image[16]));
        CameraWire.Write(image, new SavedBuffer(1, 2, AttachFlags.More, 0));
        Assert.Equal((1, 2, 1), (image[0], image[4], image[8]));
    }
}
