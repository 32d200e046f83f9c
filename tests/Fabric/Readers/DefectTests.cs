using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Tests.Fakes;

namespace CameraFabric.Fabric.Tests.Readers;

/// <summary>A message that fails a reader or its home, and cameras that cannot be told of: no session ends for it.</summary>
public sealed class DefectTests
{
    private static readonly object Defect = new JoinCamera(null!, "nobody", MayAcquire: false);

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_session_of_another_node_outlives_a_defect_of_its_reader_and_of_the_home(bool linked, bool ofReader)
    {
        await using var nodes = new TwoNodes(linked ? Way.SharedMemory : Way.Hand);
        var sensors = nodes.AddHome("a", 1);
        nodes.AddReader("b");
        nodes.Place("a", 1);
        using var guest = await nodes.StreamingAsync("b", "guest");
        guest.Submit();
        var before = guest.Next(sensors);

        (ofReader ? nodes.Reader("b") : nodes.Home("a")).Tell(Defect, Akka.Actor.ActorRefs.NoSender);
        guest.NextEvent(CameraEventType.Source, (uint)SourceEvent.Lost);
        var seen = nodes.ReaderMeters["b"].FannedOut;
        await nodes.WaitAsync(
            () =>
            {
                sensors.ExposeAnother();
                return nodes.ReaderMeters["b"].State == Status.CameraState.Streaming && nodes.ReaderMeters["b"].FannedOut > seen;
            },
            "frames do not come back");
        guest.NextEvent(CameraEventType.Source, (uint)SourceEvent.Back);
        guest.Submit();
        var after = guest.Next(sensors);

        Assert.Equal(CameraStatus.Ok, after.Status);
        Assert.True(after.Frame > before.Frame, $"frame {after.Frame} comes after frame {before.Frame}");
        Assert.False(guest.Gone.Task.IsCompleted);
        await nodes.StopAsync(defects: 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_missed_until_a_reader_has_attached_anew_is_counted(bool byDefect)
    {
        await using var nodes = new TwoNodes();
        var sensors = nodes.AddHome("a", 1);
        nodes.AddReader("b");
        nodes.AddReader("c");
        nodes.Place("a", 1);
        using var guest = await nodes.StreamingAsync("b", "guest");
        using var witness = await nodes.StreamingAsync("c", "witness");
        guest.Submit();
        Assert.Equal(CameraStatus.Ok, guest.Next(sensors).Status);
        await nodes.WaitAsync(() => nodes.ReaderMeters["c"].FannedOut == nodes.ReaderMeters["b"].FannedOut, "not both nodes get the frames");
        var before = nodes.ReaderMeters["c"].FannedOut;

        var reader = nodes.Reader("b");
        nodes.Wire.Lose(static message => message is AttachReader { LastFrame: > 0 });
        reader.Tell(byDefect ? Defect : new ReattachReader(nodes.Wire.Attachments[reader]), Akka.Actor.ActorRefs.NoSender);
        guest.NextEvent(CameraEventType.Source, (uint)SourceEvent.Lost);
        sensors.Expose(5);
        await nodes.WaitAsync(() => nodes.ReaderMeters["c"].FannedOut == before + 5, "the other node does not get them");
        nodes.Wire.Lose(null);

        await nodes.WaitAsync(
            () =>
            {
                sensors.ExposeAnother();
                return nodes.GuestMeters["guest"].Dropped[(int)FrameDropReason.LinkDown] >= 5;
            },
            "what was missed is not counted");
        await nodes.StopAsync(defects: byDefect ? 1 : 0);
    }

    [Fact]
    public async Task A_camera_with_more_to_say_of_itself_than_fits_into_a_message_is_refused_and_both_sides_say_so()
    {
        await using var nodes = new TwoNodes(Way.SharedMemory);
        nodes.AddHome("a", 1, profile: RequestBench.Profile with { Calibration = new string('x', ProfilePages.MaximumBytes) });
        nodes.AddReader("b");
        nodes.Place("a", 1);

        await nodes.WaitAsync(() => Said("it cannot be read from node a: its profile has") == 1, "the reader does not say so");

        Assert.Equal(1, Said($"node b cannot read it: its profile has .* bytes, and between nodes one may have {ProfilePages.MaximumBytes}"));
        await nodes.StopAsync();

        int Said(string what) => nodes.Log.Count(line => System.Text.RegularExpressions.Regex.IsMatch(line, what));
    }
}
