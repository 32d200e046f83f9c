using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Commands;
using CameraFabric.Hosting.Control;

namespace CameraFabric.Hosting.Tests.Control;

/// <summary>How people see that a guest was cut off, and let it in again.</summary>
public sealed class QuarantineTextTests
{
    private static readonly GuestStatusReport Quarantined = new()
    {
        Guest = "vision", Camera = "front", State = GuestState.Quarantined, Reason = "a ring of 3 entries", Violations = 7,
        LastViolations = [new ViolationReport("a ring of 3 entries", 12.4), new ViolationReport("before", 60)],
    };

    [Fact]
    public void A_quarantine_is_told_with_its_reason_since_when_how_often_and_what_ends_it()
    {
        Assert.Equal(
            "vision of front, quarantined for 12 s (violation 7; its next connection ends it): a ring of 3 entries", Reason(Quarantined));
        Assert.Contains("; a connection waits 8 s)", Reason(Quarantined with { PauseSeconds = 8 }), StringComparison.Ordinal);
        Assert.Contains(
            "; `camera-fabric release vision/front` ends it)", Reason(Quarantined with { IsHeld = true }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_that_takes_no_frames_is_told_with_how_many_it_missed() => Assert.Equal(
        "vision of front, stalled: it had no request for the last 42 frames",
        Reason(new GuestStatusReport { Guest = "vision", Camera = "front", State = GuestState.Stalled, MissedInRow = 42 }));

    [Theory]
    [InlineData("vision", "vision", null)]
    [InlineData("vision/front", "vision", "front")]
    public void A_guest_is_released_wholly_or_for_one_camera(string text, string guest, string? camera) =>
        Assert.Equal(new ControlRequest("release", camera, guest), ReleaseCommand.RequestFor(text));

    [Theory]
    [InlineData("")]
    [InlineData("/front")]
    [InlineData("vision/")]
    [InlineData("vision/front/left")]
    public void What_names_no_guest_is_refused(string text) => Assert.Throws<ArgumentException>(() => ReleaseCommand.RequestFor(text));

    private static string Reason(GuestStatusReport guest) => StatusTables.Reasons([new FabricStatus("rig", "", 1, [], [guest])]).Single();
}
