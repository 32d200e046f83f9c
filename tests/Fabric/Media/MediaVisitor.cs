using System.Collections.Concurrent;
using System.Collections.Immutable;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Guest.Media;

namespace CameraFabric.Fabric.Tests.Media;

/// <summary>A guest's media driver at a node's socket, and whatever it found wrong with the device.</summary>
internal sealed class MediaVisitor : IMediaListener, IDisposable
{
    /// <summary>What a Linux guest waits for an answer. No test waits for it: it is what a device that is wrong runs into.</summary>
    public static readonly TimeSpan LinuxPatience = TimeSpan.FromSeconds(5);

    private readonly RunningFabric _fabric;
    private readonly string _name;

    private MediaVisitor(RunningFabric fabric, string name) => (_fabric, _name) = (fabric, name);

    public MediaDriver Driver { get; private set; } = null!;

    public ConcurrentQueue<string> Violations { get; } = [];

    public TaskCompletionSource<string> Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static GuestRig Guest(string name, string camera, SessionRole role = SessionRole.Owner) => new()
    {
        Name = name, Cameras = [new GuestCameraRig { Camera = camera, Role = role, Face = GuestFace.Media }],
    };

    /// <summary>A node with one camera that exposes frames when the test says so, and one media guest, <c>one</c>, that owns it.</summary>
    public static RunningFabric Fabric(StepSensors sensors, params ImmutableArray<GuestRig> more) => RunningFabric.Start(
        [RunningFabric.Camera("front", sensor: sensors.Open)], [Guest("one", "front"), .. more], Patient);

    /// <summary>Nothing happens by the clock: a test's camera may take as long as the test.</summary>
    public static FabricOptions Patient => RunningFabric.Patient with
    {
        RestartDelay = TimeSpan.FromMilliseconds(1), RestartDelayMaximum = TimeSpan.FromMilliseconds(5),
    };

    public static async Task<MediaVisitor> ConnectAsync(RunningFabric fabric, string guest = "one", MediaDriverOptions? options = null)
    {
        var socket = fabric.Socket(guest, "front");
        await fabric.ListensAsync(socket);
        var visitor = new MediaVisitor(fabric, guest);
        options ??= new MediaDriverOptions();
        visitor.Driver = MediaDriver.Connect(socket, visitor, options with
        {
            CommandTimeout = LinuxPatience,
            Transport = options.Transport with { MemoryBytes = 32 << 20, ReplyTimeout = RunningFabric.Patience },
        });
        return visitor;
    }

    public MediaSession Open()
    {
        Assert.Equal(0, Driver.Open(out var session));
        return session!;
    }

    /// <summary>An open session, as soon as the camera is there.</summary>
    public async Task<MediaSession> OpenAsync(RunningFabric fabric)
    {
        MediaSession? session = null;
        await fabric.WaitAsync(_ => Driver.Open(out session) == 0, "OPEN is refused all the time");
        return session!;
    }

    public static V4l2PixelFormat FormatOf(MediaSession session)
    {
        var format = new V4l2Format { Type = V4l2BufferType.VideoCapture };
        Assert.Equal(0, session.Ioctl(MediaIoctl.GetFormat, ref format));
        return format.Pixels;
    }

    /// <summary>User buffers of the present format, allocated by REQBUFS and not queued.</summary>
    public UserBuffer[] Allocate(MediaSession session, int count)
    {
        var bytes = (int)FormatOf(session).SizeImage;
        Assert.Equal(0, session.RequestBuffers(count, V4l2Memory.UserPointer, out var granted));
        Assert.Equal(count, granted);
        var buffers = Enumerable.Range(0, count).Select(_ => new UserBuffer(Driver.Ram, bytes, Driver.Options.UserPieceBytes)).ToArray();
        return buffers;
    }

    /// <summary>A session that streams, all its buffers with the device.</summary>
    public UserBuffer[] Stream(MediaSession session, int count = 4)
    {
        AwaitNoneWaiting();
        var buffers = Allocate(session, count);
        for (var i = 0; i < count; i++) Assert.Equal(0, session.QueueBuffer(i, buffers[i]));
        Assert.Equal(0, session.StreamOn());
        AwaitWaiting(count);
        return buffers;
    }

    /// <summary>
    /// Waits until so many buffers wait for a frame. QBUF and STREAMON are answered a moment earlier, and a frame that comes in that moment
    /// finds no buffer.
    /// </summary>
    public void AwaitWaiting(int buffers) => Await(waiting => waiting >= buffers, "the buffers do not wait for a frame");

    /// <summary>
    /// Waits until no buffer of a stream that has ended counts as waiting. What ends a stream is answered a moment earlier, and the next
    /// stream's buffers would be taken to wait already.
    /// </summary>
    public void AwaitNoneWaiting() => Await(static waiting => waiting == 0, "buffers of a stream that has ended still wait");

    public V4l2Buffer Next(MediaSession session)
    {
        Assert.True(session.TryDequeue(RunningFabric.Patience, out var buffer), $"no buffer comes; {Driver.Failure}");
        return buffer;
    }

    /// <summary>The next buffer, of a camera whose frames come one by one: as many as it takes.</summary>
    public V4l2Buffer Next(MediaSession session, StepSensors sensors)
    {
        using var patience = new CancellationTokenSource(RunningFabric.Patience);
        V4l2Buffer buffer;
        while (!session.TryDequeue(TimeSpan.FromMilliseconds(20), out buffer))
        {
            Assert.False(patience.IsCancellationRequested, $"no buffer comes; {Driver.Failure}");
            sensors.ExposeAnother();
        }

        return buffer;
    }

    public void Dispose() => Driver.Dispose();

    private void Await(Func<long, bool> condition, string otherwise) => _fabric.WaitAsync(
        status => condition(status.Guests.Single(guest => guest.Guest == _name).RequestsWaiting), otherwise).GetAwaiter().GetResult();

    void IMediaListener.Violated(string what) => Violations.Enqueue(what);

    void IMediaListener.Disconnected(string reason) => Gone.TrySetResult(reason);
}
