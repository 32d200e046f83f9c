using CameraFabric.Device.Tests.VhostUser;
using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>
/// A shared memory region that QEMU 11.1 maps for a device: a small device of the test's own on the back-end, because a camera maps one
/// file, and QEMU is to be judged with many.
/// </summary>
public sealed class SharedMemoryTests : QemuTest
{
    private const int Buffers = 64, BufferBytes = 1 << 16, RegionBytes = Buffers * BufferBytes;

    [NewQemuFact]
    public void Sixty_four_buffers_are_mapped_seen_by_the_driver_and_taken_away_while_its_rings_run()
    {
        using var folder = new TemporaryFolder();
        using var device = new ServedDevice(Path.Combine(folder.Path, "device"));
        var machine = BootNewer(device.Path, configBytes: 20);
        machine.Begin();
        var backend = device.Backend;
        Assert.True(backend.CanShareMemory, "QEMU does not take shared memory");
        var (address, length) = machine.Device.SharedMemory[0];
        Assert.True(length >= RegionBytes, $"the region has {length} bytes");

        using var file = MemoryFile.Create("buffers", RegionBytes);
        using var bytes = file.Map(MapAccess.ReadWrite);
        for (var i = 0; i < Buffers; i++) bytes.Write(i * BufferBytes, BufferBytes).Fill((byte)(i + 1));

        // Backwards, so that what is seen where says that offsets are heeded.
        for (var i = 0; i < Buffers; i++)
        {
            Assert.Equal(SharedMemoryOutcome.Done, Await(done => backend.MapShared(Mapping(i), file.Descriptor, done)));
            Assert.Equal(3, machine.Offer(0, [1, 2, 3], 3).Bytes.Length);
        }

        for (var i = 0; i < Buffers; i++)
        {
            var seen = machine.Machine.Qtest.Read(address + ((ulong)i * BufferBytes), BufferBytes);
            Assert.True(seen.AsSpan().IndexOfAnyExcept((byte)(Buffers - i)) < 0, $"buffer {i} holds {seen[0]}");
        }

        // What the driver writes is there at once.
        machine.Machine.Qtest.Write(address + 5, [0x77]);
        Assert.Equal(0x77, bytes.Read(((Buffers - 1) * BufferBytes) + 5, 1)[0]);

        for (var i = 0; i < Buffers; i++) Assert.Equal(SharedMemoryOutcome.Done, Await(done => backend.UnmapShared(Mapping(i), done)));
        Assert.Equal(3, machine.Offer(0, [1, 2, 3], 3).Bytes.Length);
    }

    [NewQemuFact]
    public void Mappings_that_qemu_refuses_are_told_and_the_connection_goes_on()
    {
        using var folder = new TemporaryFolder();
        using var device = new ServedDevice(Path.Combine(folder.Path, "device"));
        var machine = BootNewer(device.Path, configBytes: 20);
        machine.Begin();
        using var file = MemoryFile.Create("buffers", RegionBytes);

        Assert.Equal(SharedMemoryOutcome.Done, Await(done => device.Backend.MapShared(Mapping(1), file.Descriptor, done)));
        Assert.Equal(SharedMemoryOutcome.Refused, Await(done => device.Backend.MapShared(Mapping(1), file.Descriptor, done)));
        Assert.Equal(SharedMemoryOutcome.Refused, Await(done => device.Backend.UnmapShared(Mapping(2), done)));
        Assert.Equal(3, machine.Offer(0, [1, 2, 3], 3).Bytes.Length);
    }

    private static SharedMapping Mapping(int index) =>
        new(0, index * (long)BufferBytes, (Buffers - 1 - index) * (long)BufferBytes, BufferBytes, IsWritable: true);

    private static SharedMemoryOutcome Await(Action<Action<SharedMemoryOutcome>> ask)
    {
        var outcome = new TaskCompletionSource<SharedMemoryOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        ask(outcome.SetResult);
        Assert.True(outcome.Task.Wait(QemuMachine.Patience), "nobody tells what became of the mapping");
        return outcome.Task.Result;
    }

    /// <summary>The back-end of one connection, with a device that echoes.</summary>
    private sealed class ServedDevice : IDisposable
    {
        private readonly UnixListener _listener;
        private readonly Thread _thread;
        private readonly TaskCompletionSource<VhostUserBackend> _backend = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ServedDevice(string path)
        {
            _listener = UnixListener.Bind(path);
            _thread = new Thread(Serve) { IsBackground = true };
            _thread.Start();
        }

        public string Path => _listener.Path;

        public VhostUserBackend Backend => _backend.Task.WaitAsync(QemuMachine.Patience).Result;

        public void Dispose()
        {
            if (_backend.Task.IsCompletedSuccessfully) _backend.Task.Result.Stop();
            _thread.Join();
            _listener.Dispose();
        }

        private void Serve()
        {
            if (_listener.Accept(QemuMachine.Patience) is not { } socket) return;
            var device = new EchoDevice { SharedMemoryBytes = [RegionBytes] };
            using var backend = new VhostUserBackend(socket, device, new VhostUserOptions(), NullLogger.Instance);
            _backend.SetResult(backend);
            backend.Run();
        }
    }
}
