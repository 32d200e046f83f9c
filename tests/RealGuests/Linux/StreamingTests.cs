using CameraFabric.Hosting.GuestLinux;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>v4l2-ctl in Linux guests, with the driver of guest/linux, against the fabric.</summary>
public sealed class StreamingTests
{
    [LinuxFact]
    public async Task Frames_that_v4l2_ctl_writes_carry_their_numbers_in_the_pixels_and_a_guest_that_is_killed_disturbs_nobody()
    {
        var summary = await LinuxTrial.RunAsync(GuestWork.Stream, guests: 3, seconds: 5);

        Assert.Empty(LinuxTrial.Failures(summary));
        Assert.Equal(["owner", "observer", "owner"], summary.Streams.Select(stream => stream.Role));
        Assert.Equal([false, true, false], summary.Streams.Select(stream => stream.Killed));
        Assert.All(summary.Streams.Where(stream => !stream.Killed), stream => Assert.Equal(150, stream.Verified));
    }

    [LinuxFact]
    public async Task Each_request_of_the_request_api_gets_its_own_exposure_and_a_classical_camera_takes_none()
    {
        var summary = await LinuxTrial.RunAsync(GuestWork.PerFrame, guests: 2);

        Assert.Empty(LinuxTrial.Failures(summary));
        Assert.Contains(
            summary.Checks, check => check.Name.Contains("of 300 requests 300 have what they asked for", StringComparison.Ordinal));
        Assert.Contains(summary.Checks, check => check.Name.Contains("requests are refused", StringComparison.Ordinal));
    }

    [LinuxFact]
    public async Task V4l2_compliance_finds_nothing_wrong_with_a_yuyv_an_nv12_and_a_raw_camera()
    {
        var summary = await LinuxTrial.RunAsync(GuestWork.Compliance, guests: 3);

        Assert.Empty(LinuxTrial.Failures(summary));
        // Each of the three: its media device, and the camera with streaming.
        Assert.Equal(6, summary.Checks.Count(check => check.Name.Contains("Failed: 0", StringComparison.Ordinal)));
    }
}
