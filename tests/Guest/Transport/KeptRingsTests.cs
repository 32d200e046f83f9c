using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Tests.Camera;
using CameraFabric.Guest.Transport;
using CameraFabric.Guest.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Tests.Transport;

/// <summary>The rings of a guest whose device goes away and comes back.</summary>
public sealed class KeptRingsTests
{
    private const int Queue = CameraWire.RequestQueue;

    [Fact]
    public void A_chain_that_a_killed_device_held_comes_back_from_the_next_one()
    {
        using var world = new World(() => new RingDevice { Holds = true });
        world.Add(5);
        _ = world.Host.Device(0).Taken(0);
        world.Host.Kill();
        Assert.StartsWith("lost: the device closed the connection", world.Told.Take(0), StringComparison.Ordinal);
        Assert.Throws<VhostUserException>(() => world.Transport.ReadConfig(new byte[8]));
        world.Add(6); // nobody hears the kick

        world.Host.Start();
        Assert.Equal("back", world.Told.Take(1));
        Assert.Equal((true, false), (world.Host.Device(1).Taken(0).WasInFlight, world.Host.Device(1).Taken(1).WasInFlight));
        Assert.Equal([5, 6], [world.Reclaim(), world.Reclaim()]);
        world.Add(7);
        Assert.Equal(7, world.Reclaim());
        Assert.Equal(["back"], world.Told.All.Skip(1));
    }

    [Fact]
    public void A_connection_that_breaks_again_and_again_is_made_again_and_again()
    {
        using var world = new World();
        for (var connection = 0; connection < 5; connection++)
        {
            world.Add(connection);
            Assert.Equal(connection, world.Reclaim());
            world.Host.Device(connection).Backend!.Stop();
            Assert.StartsWith("lost", world.Told.Take(2 * connection), StringComparison.Ordinal);
            Assert.Equal("back", world.Told.Take((2 * connection) + 1));
        }
    }

    [Fact]
    public void Another_configuration_space_is_told_after_the_device_is_back()
    {
        byte life = 0;
        using var world = new World(() => new RingDevice { Configured = ++life });
        world.Host.Device(0).Backend!.Stop();
        Assert.Equal("back", world.Told.Take(1));
        Assert.Equal("config", world.Told.Take(2));
        var config = new byte[CameraConfig.Bytes];
        world.Transport.ReadConfig(config);
        Assert.Equal(2, config[0]);
    }

    [Fact]
    public void Without_a_path_the_end_of_the_connection_is_the_end()
    {
        using var world = new World(keep: false);
        Assert.False(world.Transport.KeepsRings);
        world.Host.Device(0).Backend!.Stop();
        Assert.Equal("end: the device closed the connection", world.Told.Take(0));
    }

    [Fact]
    public void A_device_that_does_not_come_back_in_time_is_given_up()
    {
        using var world = new World(change: options => options with { ReconnectTimeout = TimeSpan.FromMilliseconds(20) });
        world.Host.Kill();
        Assert.StartsWith("lost", world.Told.Take(0), StringComparison.Ordinal);
        Assert.Contains("was not back within 0.02 s: connecting to", world.Told.Take(1), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_comes_back_as_another_one_is_given_up()
    {
        var queues = CameraWire.QueueCount + 1;
        using var world = new World(() => new RingDevice { QueueCount = --queues });
        world.Host.Device(0).Backend!.Stop();
        Assert.StartsWith("lost", world.Told.Take(0), StringComparison.Ordinal);
        Assert.EndsWith("the rings cannot go on: the device has 2 queues; a camera has 3", world.Told.Take(1), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_calls_the_rings_broken_is_not_connected_to_again()
    {
        using var world = new World();
        world.Host.Device(0).Backend!.Break("the guest did something");
        Assert.StartsWith("end:", world.Told.Take(0), StringComparison.Ordinal);
        Assert.Contains("is broken", world.Told.Take(0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_calls_the_rings_broken_only_after_it_has_gone_is_not_waited_for()
    {
        using var isLost = new ManualResetEventSlim();
        var device = new RingDevice
        {
            Stopping = device =>
            {
                Assert.True(isLost.Wait(CameraBench.Patience));
                device.Backend!.Break("the guest did something");
            },
        };
        using var world = new World(() => device, change: options => options with { LongestReconnectPause = 2 * CameraBench.Patience });
        world.Host.Device(0).Backend!.Stop();
        Assert.StartsWith("lost", world.Told.Take(0), StringComparison.Ordinal);
        isLost.Set();
        Assert.Matches("^end: the device closed the connection; it says that queue . is broken$", world.Told.Take(1));
    }

    [Fact]
    public void A_transport_can_be_disposed_while_its_device_is_away()
    {
        var world = new World(change: options => options with { ReconnectPause = CameraBench.Patience, LongestReconnectPause = CameraBench.Patience });
        world.Host.Kill();
        _ = world.Told.Take(0);
        world.Dispose();
        Assert.Single(world.Told.All);
    }

    private sealed class World : ITransportListener, IDisposable
    {
        private readonly SemaphoreSlim _called = new(0);
        private readonly ulong _buffer;

        public World(Func<RingDevice>? device = null, bool keep = true, Func<VirtioTransportOptions, VirtioTransportOptions>? change = null)
        {
            Host.Start(device);
            var options = new VirtioTransportOptions
            {
                MemoryBytes = 4 << 20,
                ReconnectTo = keep ? Host.Path : null,
                ReconnectPause = TimeSpan.FromMilliseconds(1),
                LongestReconnectPause = TimeSpan.FromMilliseconds(5),
                ReplyTimeout = CameraBench.Patience,
            };
            Transport = VirtioTransport.Connect(UnixSocket.Connect(Host.Path), CameraDriver.Shape, change?.Invoke(options) ?? options);
            _buffer = Transport.Ram.Allocate(4096);
            Transport.Start(this);
        }

        public RingHost Host { get; } = new();

        public VirtioTransport Transport { get; }

        public BlockingList<string> Told { get; } = new();

        public void Add(int token)
        {
            Assert.True(Transport.Queue(Queue).TryAdd([new GuestSegment(_buffer, 16)], [], token));
            if (Transport.Queue(Queue).Publish()) Transport.Kick(Queue);
        }

        /// <summary>The next chain that the device gives back, waiting for its calls alone.</summary>
        public int Reclaim()
        {
            var queue = Transport.Queue(Queue);
            while (true)
            {
                if (queue.TryReclaim(out var used)) return used.Token;
                if (!queue.EnableCalls()) Assert.True(_called.Wait(CameraBench.Patience), "no call came");
            }
        }

        public void QueueCalled(int index)
        {
            if (index == Queue) _called.Release();
        }

        public void ConfigChanged() => Told.Add("config");

        public void ConnectionLost(string reason) => Told.Add($"lost: {reason}");

        public void ConnectionBack(TimeSpan gap) => Told.Add(gap > TimeSpan.Zero ? "back" : $"back, after {gap}");

        public void Disconnected(string reason) => Told.Add($"end: {reason}");

        public void Dispose()
        {
            Transport.Dispose();
            Host.Dispose();
            _called.Dispose();
        }
    }
}
