using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Program;
using CameraFabric.Guest.Tests.Camera;

namespace CameraFabric.Guest.Tests.Program;

/// <summary>What a guest makes of a camera whose word does not agree with what can be seen.</summary>
public sealed class VerificationTests
{
    private static readonly ExposureScript Script = ExposureScript.Alternate(2_000_000, 20_000_000);

    [Fact]
    public void Told_drops_balance_the_books()
    {
        var report = RunWith(camera => camera.Skip(2));
        Assert.True(report.Good, report.ToJson());
        Assert.True(report.Frames.DropsTold > 0);
        Assert.Equal(report.Frames.Span, report.Frames.Delivered + report.Frames.DropsTold);
        Assert.True(report.Frames.DropsByReason["Overrun"] >= report.Frames.DropsTold);
    }

    [Fact]
    public void Drops_that_only_results_tell_are_found_out()
    {
        var report = RunWith(camera => camera.Skip(2, tell: false));
        Assert.True(report.Frames.Balanced);
        Assert.False(report.Good);
        Assert.Contains("only 0 were told with a reason", Assert.Single(report.Verification.First));
    }

    [Fact]
    public void Numbers_that_a_source_leaves_out_when_it_comes_back_have_been_told()
    {
        var isLost = false;
        var report = RunWith(camera =>
        {
            if (isLost) return;
            isLost = true;
            camera.Event(CameraEventType.Source, (uint)SourceEvent.Lost, 0, (uint)SourceFault.Silent);
            camera.Skip(2, tell: false);
            camera.Event(CameraEventType.Source, (uint)SourceEvent.Back, 0, 0);
        });
        Assert.True(report.Good, report.ToJson());
        Assert.Equal(2, report.Frames.DropsTold);
    }

    [Fact]
    public void Drops_that_nobody_tells_leave_the_books_unbalanced()
    {
        var report = RunWith(camera => camera.Skip(2, tell: false), camera => camera.Result = bytes =>
            Result(bytes, r => r with { DroppedBefore = 0 }));
        Assert.False(report.Frames.Balanced);
        Assert.True(report.Frames.Span > report.Frames.Delivered + report.Frames.DropsTold);
        Assert.Contains("2 frames are missing, 0 were told", report.Verification.First[0]);
    }

    [Fact]
    public void A_frame_number_that_does_not_go_up_is_found_out() =>
        Fails(camera => camera.Result = bytes =>
            Result(bytes, r => r with { FrameNumber = 100, DroppedBefore = 0 }), "frame 100 after frame 100: numbers must go up");

    [Fact]
    public void A_wrong_checksum_is_found_out() =>
        Fails(camera => camera.Result = bytes => Result(bytes, r => r with { Checksum = r.Checksum ^ 1 }), "checksum");

    [Fact]
    public void Pixels_of_another_frame_are_found_out() =>
        Fails(camera => camera.Result = bytes => Result(bytes, r => r with { FrameNumber = r.FrameNumber + 1000 }), "its stamp says frame");

    [Fact]
    public void Metadata_that_the_pixels_contradict_is_found_out() => Fails(
        camera =>
        {
            camera.Expose = asked => asked + 7;
            camera.Report = exposed => exposed - 7;
        },
        "ExposureTime is reported as 2000000, the pixels say 2000007");

    [Fact]
    public void A_control_told_as_applied_with_another_value_is_found_out() =>
        Fails(camera => camera.Expose = asked => asked + 7, "told as applied with");

    [Fact]
    public void A_short_frame_is_found_out() => Fails(
        camera => camera.Result = bytes =>
        {
            var at = bytes.AsSpan(ResultHeader.Bytes);
            PlaneNumbers used = default;
            used[0] = 100;
            CameraWire.Write(at, CameraWire.Read<BufferResult>(at) with { BytesUsed = used });
            return bytes;
        },
        "100 bytes used of a frame of 12288");

    [Fact]
    public void Malformed_results_are_counted_and_the_run_goes_on()
    {
        var number = 0;
        var report = RunWith(_ => { }, camera => camera.Result = bytes => ++number % 10 == 0 ? bytes[..8] : bytes);
        Assert.Equal(50, report.Frames.Delivered);
        // Frames of malformed results are neither delivered nor told: the books show them.
        Assert.Equal(5, report.Requests.ByStatus["Malformed"]);
        Assert.Contains(report.Verification.First, text => text.Contains("a result of 8 bytes", StringComparison.Ordinal));
        Assert.False(report.Good);
    }

    [Fact]
    public void Every_fate_of_a_control_is_counted_once()
    {
        var fates = new (ItemFlags, uint)[] { (ItemFlags.Applied, 0), (ItemFlags.Late, 1), (ItemFlags.Clamped, 0), (ItemFlags.Ignored, 0),
            (ItemFlags.Applied | ItemFlags.Late, 0) };
        var report = RunWith(_ => { }, camera => camera.Judge = item => fates[(int)(item.Frame % 5)], script: Script);
        Assert.True(report.Good, report.ToJson());
        Assert.Equal(new GuestControlReport { Applied = 10, Late = 20, Clamped = 10, Ignored = 10, Lost = 0 }, report.Controls);
    }

    private static void Fails(Action<ScriptedCamera> prepare, string message)
    {
        var report = RunWith(_ => { }, prepare, Script);
        Assert.False(report.Good);
        Assert.True(report.Verification.Failures > 0);
        Assert.Contains(report.Verification.First, text => text.Contains(message, StringComparison.Ordinal));
    }

    /// <summary>Fifty requests; every fifth time something happens before the frame.</summary>
    private static GuestReport RunWith(Action<ScriptedCamera> now, Action<ScriptedCamera>? prepare = null, ExposureScript? script = null)
    {
        var number = 0;
        using var host = new CameraHost((camera, _) =>
        {
            prepare?.Invoke(camera);
            camera.Arrived = c =>
            {
                while (c.Waiting > 0)
                {
                    if (++number % 5 == 0) now(c);
                    c.Frame();
                }
            };
        });
        // A device that repeats a frame number never gets to the end by frames; time is a bound for that alone.
        using var stop = new CancellationTokenSource();
        return new CameraGuest(host.Options with { Exposure = script, ProgressInterval = TimeSpan.FromMilliseconds(1) })
            .Run(interim =>
            {
                if (interim.Requests.Submitted > 500) stop.Cancel();
            }, stop.Token);
    }

    private static byte[] Result(byte[] bytes, Func<ResultHeader, ResultHeader> how)
    {
        var result = CameraWire.Read<ResultHeader>(bytes);
        if (result.Header.Status == CameraStatus.Ok) CameraWire.Write(bytes, how(result));
        return bytes;
    }
}
