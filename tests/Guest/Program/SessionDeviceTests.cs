using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Program;
using CameraFabric.Guest.Tests.Camera;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Guest.Tests.Program;

/// <summary>Our guest against our device, with a camera that changes its exposure from frame to frame.</summary>
public sealed class SessionDeviceTests
{
    [Fact]
    public void Every_frame_of_an_owner_is_exposed_as_its_request_asked()
    {
        var report = Run(SessionRole.Owner, options =>
            options with { Exposure = ExposureScript.Alternate(1_000_000, 3_000_000), BuffersInFlight = 6 });
        Assert.True(report.Good, report.ToJson());
        Assert.Equal((60L, 60L), (report.Verification.Checksums, report.Verification.Stamps));
        Assert.Equal(60, report.Controls.Applied + report.Controls.Late + report.Controls.Clamped);
        Assert.Equal(60, report.Controls.Applied);
    }

    [Fact]
    public void An_observer_gets_frames_and_its_controls_are_ignored()
    {
        var report = Run(SessionRole.Observer, options => options with { Exposure = ExposureScript.Alternate(1_000_000, 3_000_000) });
        Assert.True(report.Good, report.ToJson());
        Assert.Equal(60, report.Controls.Ignored);
    }

    [Fact]
    public void An_observer_that_acquires_the_camera_sets_its_exposure()
    {
        var report = Run(SessionRole.Observer, options =>
            options with { AcquireOwner = true, Exposure = ExposureScript.Alternate(1_000_000, 3_000_000) });
        Assert.True(report.Good, report.ToJson());
        Assert.Equal(60, report.Controls.Applied);
    }

    [Fact]
    public void A_slow_guest_is_told_of_every_frame_it_missed()
    {
        var report = Run(SessionRole.Observer, options =>
            options with { Frames = 20, BuffersInFlight = 1, DelayPerFrame = TimeSpan.FromMilliseconds(25) });
        Assert.True(report.Good, report.ToJson());
        Assert.True(report.Frames.DropsTold > 0, report.ToJson());
        Assert.True(report.Frames.DropsByReason.Values.Sum() >= report.Frames.DropsTold);
    }

    [Fact]
    public void Buffers_in_pieces_of_a_page_hold_whole_frames()
    {
        var report = Run(SessionRole.Observer, options => options with { Driver = options.Driver with { PieceBytes = 4096 } });
        Assert.True(report.Good, report.ToJson());
    }

    private static GuestReport Run(SessionRole role, Func<CameraGuestOptions, CameraGuestOptions> change)
    {
        var folder = Directory.CreateTempSubdirectory("guest-test-").FullName;
        try
        {
            var path = Path.Combine(folder, "camera.sock");
            using var listener = UnixListener.Bind(path);
            SessionDevice? device = null;
            var accepting = new Thread(() =>
            {
                if (listener.Accept(CameraBench.Patience) is { } socket) device = new SessionDevice(socket, Sensor, role);
            }) { IsBackground = true };
            accepting.Start();
            var options = new CameraGuestOptions
            {
                Socket = path,
                Frames = 60,
                StallTimeout = CameraBench.Patience,
                Driver = new CameraDriverOptions { CommandTimeout = CameraBench.Patience },
            };
            var report = new CameraGuest(change(options)).Run();
            accepting.Join();
            device!.Dispose();
            Assert.Empty(device.Violations);
            return report;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SyntheticOptions Sensor => new()
    {
        Formats =
        [
            new FormatOffer
            {
                Format = PixelFormats.Nv12.FourCC,
                Sizes = [FrameSizeOffer.Of(320, 240, new FrameInterval(1, 100), new FrameInterval(1, 5))],
            },
        ],
    };
}
