using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Guest.Program;
using CameraFabric.Guest.Tests.Camera;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Guest.Tests.Program;

/// <summary>The connection ends under a streaming guest, and the device behind the next one is another that knows only what was kept.</summary>
public sealed class InterruptionTests
{
    [Fact]
    public void A_guest_that_keeps_its_rings_streams_on_and_tells_what_the_interruption_cost()
    {
        using var devices = new Devices();
        var report = new CameraGuest(devices.Options).Run(devices.EndOnceAfter(20));
        Assert.True(report.Good, report.ToJson());
        Assert.Equal((1, 1), (report.Connections, report.Interruptions.Count));
        Assert.Equal((60L, 0L), (report.Frames.Delivered, report.Requests.Unfinished));
        Assert.Equal(1, report.Interruptions.Recovered);
        Assert.True(report.Frames.Marked["Discontinuity"] >= 1, report.ToJson());
        Assert.Equal(report.Requests.ByStatus["Cancelled"], report.Interruptions.Cancelled);
        // From frame to frame there is a period at the least.
        Assert.True(report.Interruptions.LongestGap >= report.Pace.Period / 2, report.ToJson());
        Assert.Empty(devices.Violations);
    }

    [Fact]
    public void A_guest_that_does_not_keep_them_begins_a_new_session()
    {
        using var devices = new Devices();
        var report = new CameraGuest(devices.Options with { KeepRings = false }).Run(devices.EndOnceAfter(20));
        Assert.True(report.Good, report.ToJson());
        Assert.Equal((2, 0), (report.Connections, report.Interruptions.Count));
    }

    /// <summary>A device for each connection, one after the other.</summary>
    private sealed class Devices : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("guest-test-").FullName;
        private readonly UnixListener _listener;
        private readonly Thread _thread;
        private readonly Lock _gate = new();
        private readonly List<string> _violations = [];
        private SessionDevice? _device;
        private volatile bool _ending;

        public Devices()
        {
            _listener = UnixListener.Bind(SocketPath);
            _thread = new Thread(Accept) { IsBackground = true };
            _thread.Start();
        }

        public IReadOnlyList<string> Violations => _violations;

        public CameraGuestOptions Options => new()
        {
            Socket = SocketPath,
            Name = "test",
            Frames = 60,
            BuffersInFlight = 4,
            Reconnect = true,
            ReconnectDelay = TimeSpan.FromMilliseconds(1),
            StallTimeout = CameraBench.Patience,
            ProgressInterval = TimeSpan.FromMilliseconds(10),
        };

        private string SocketPath => Path.Combine(_folder, "camera.sock");

        /// <summary>To be called with interim reports: ends the connection when so many frames have come.</summary>
        public Action<GuestReport> EndOnceAfter(int frames)
        {
            var isEnded = false;
            return report =>
            {
                if (isEnded || report.Frames.Delivered < frames) return;
                isEnded = true;
                Replace(null);
            };
        }

        public void Dispose()
        {
            _ending = true;
            if (UnixSocket.TryConnect(SocketPath, out var wake, out _)) wake!.Dispose();
            _thread.Join();
            Replace(null);
            _listener.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        private void Accept()
        {
            while (_listener.Accept(CameraBench.Patience) is { } socket)
            {
                if (_ending)
                {
                    socket.Dispose();
                    return;
                }

                Replace(socket);
            }
        }

        private void Replace(UnixSocket? socket)
        {
            lock (_gate)
            {
                _violations.AddRange(_device?.Violations ?? []);
                _device?.Dispose();
                _device = socket is null ? null : new SessionDevice(socket, Camera, SessionRole.Observer);
            }
        }

        private static SyntheticOptions Camera => new()
        {
            Formats =
            [
                new FormatOffer
                {
                    Format = PixelFormats.Nv12.FourCC,
                    Sizes = [FrameSizeOffer.Of(128, 64, new FrameInterval(1, 100), new FrameInterval(1, 5))],
                },
            ],
        };
    }
}
