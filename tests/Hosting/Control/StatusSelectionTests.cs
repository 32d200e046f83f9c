using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Control;

namespace CameraFabric.Hosting.Tests.Control;

/// <summary>What people are shown of more cameras than can be read.</summary>
public sealed class StatusSelectionTests
{
    [Fact]
    public void What_can_be_read_is_shown_as_it_is()
    {
        var (shown, summary) = StatusSelection.Of(Fleet(StatusSelection.Rows));

        Assert.Equal((StatusSelection.Rows, null), (shown.Cameras.Length, summary));
    }

    [Fact]
    public void Of_a_fleet_those_are_shown_that_do_something_trouble_first_and_a_line_counts_all()
    {
        var status = Fleet(8000, (10, CameraState.Streaming), (4000, CameraState.Lost));

        var (shown, summary) = StatusSelection.Of(status with
        {
            Guests = [.. Enumerable.Range(0, 100).Select(guest => new GuestStatusReport { Guest = $"g{guest}", State = guest == 7 ? GuestState.Streaming : GuestState.Waiting })],
        });

        Assert.Equal(["c4000", "c10"], shown.Cameras.Select(camera => camera.Id));
        Assert.Equal(["g7"], shown.Guests.Select(guest => guest.Guest));
        Assert.Equal("8000 cameras: 7998 idle, 1 streaming, 1 lost; 2 shown. 100 devices of guests: 99 waiting, 1 streaming; 1 shown.", summary);
    }

    [Fact]
    public void No_more_are_shown_than_can_be_read_and_those_in_trouble_are_among_them()
    {
        var status = Fleet(8000, [(7999, CameraState.Restarting), .. Enumerable.Range(0, 500).Select(camera => (camera, CameraState.Streaming))]);

        var (shown, _) = StatusSelection.Of(status);

        Assert.Equal((StatusSelection.Rows, "c7999"), (shown.Cameras.Length, shown.Cameras[0].Id));
    }

    [Fact]
    public void A_name_chooses_and_all_is_all()
    {
        var status = Fleet(8000) with { Guests = [new GuestStatusReport { Guest = "monitor", Camera = "c7000" }, new GuestStatusReport { Guest = "other", Camera = "c1" }] };

        var (shown, _) = StatusSelection.Of(status, "C700");
        var (everything, summary) = StatusSelection.Of(status, all: true);

        Assert.Equal(["c700", .. Enumerable.Range(0, 10).Select(digit => $"c700{digit}")], shown.Cameras.Select(camera => camera.Id));
        Assert.Equal("monitor", Assert.Single(shown.Guests).Guest);
        Assert.Equal((8000, null), (everything.Cameras.Length, summary));
    }

    private static FabricStatus Fleet(int cameras, params (int Camera, CameraState State)[] others)
    {
        var states = others.ToDictionary(static other => other.Camera, static other => other.State);
        return new FabricStatus("fleet", "", 1,
            [.. Enumerable.Range(0, cameras).Select(camera => new CameraStatusReport { Id = $"c{camera}", State = states.GetValueOrDefault(camera, CameraState.Idle) })], []);
    }
}
