using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.Virtqueues;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>What can happen besides while a session finds itself again: stops, resets, breaches, commands of any size.</summary>
public sealed class RecoveryCornerTests
{
    [Fact]
    public void A_request_that_breaks_the_device_as_soon_as_all_is_restored_ends_the_recovery_there()
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream();
        rig.Crash();
        rig.Send(CameraWire.RequestQueue, rig.RequestBytes(1, 0), 8);
        var command = rig.Command(CameraCommand.ClockSample);
        rig.AnswerAll();
        Assert.Equal(SessionState.Broken, rig.Session.State);
        Assert.Single(rig.Host.Violations);
        Assert.Equal(CameraStatus.Cancelled, command.Status);
        Assert.Equal((SavedSession.Streaming, 4u), (rig.Left()!.Session.State, rig.Left()!.Session.BufferCount));
    }

    [Theory]
    [InlineData(CameraWire.ControlQueue)]
    [InlineData(CameraWire.EventQueue)]
    [InlineData(CameraWire.RequestQueue)]
    public void A_chain_that_reaches_the_session_only_after_its_queue_was_frozen_changes_nothing(int queue)
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream();
        var readable = queue switch
        {
            CameraWire.ControlQueue => rig.Message(CameraCommand.Release, []),
            CameraWire.RequestQueue => rig.RequestBytes(1, 0),
            _ => [],
        };
        var sent = rig.Post(queue, readable, 4096);
        var chain = rig.Queue(queue).TryPop()!;
        rig.Saved.End();
        rig.Queue(queue).Stop();

        switch (queue)
        {
            case CameraWire.ControlQueue: rig.Session.OnCommand(chain); break;
            case CameraWire.EventQueue: rig.Session.OnEventBuffer(chain); break;
            default: rig.Session.OnRequest(chain); break;
        }

        Assert.False(sent.IsAnswered);
        Assert.Empty(rig.Host.Violations);
        Assert.Equal((SavedSession.Streaming, 4u), (rig.Left()!.Session.State, rig.Left()!.Session.BufferCount));
    }

    [Fact]
    public void A_flush_does_not_wait_for_requests_that_were_cancelled_before_the_recovery_had_ended()
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream();
        var generation = rig.Session.Generation;
        rig.Request(1, 0);
        rig.Crash();
        rig.PumpAll();
        var early = rig.Send(CameraWire.RequestQueue, rig.RequestOf(2, generation), (int)rig.Config.MaximumResultBytes);
        rig.Session.OnSource(SourceEvent.Lost);
        Assert.Equal(CameraStatus.NoSource, early.Status);
        rig.Session.OnSource(SourceEvent.Back);
        rig.AnswerAll();
        var flush = rig.Command(CameraCommand.Flush, new GenerationCommand(generation, 0));
        Assert.Equal(CameraStatus.Ok, flush.Status);
    }

    [Fact]
    public void A_command_that_was_carried_out_is_given_back_with_its_answer_although_its_queue_stops_before_the_recovery_has_ended()
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream();
        var place = rig.Allocate(SessionRig.FrameBytes);

        // Done and kept, but the life ends before the used entry.
        rig.BeforeStore = () =>
        {
            if (rig.Session.AttachedBuffers > 4) throw new InvalidOperationException("the life is over");
        };
        Assert.Throws<InvalidOperationException>(() => rig.AttachPieces(9, [(place, SessionRig.FrameBytes, 0)]));
        rig.Crash();
        rig.PumpAll();
        rig.Session.OnQueueStopping(CameraWire.ControlQueue);
        Assert.True(rig.Session.IsRestoring);
        var back = new List<SessionRig.Sent>();
        rig.Reap(CameraWire.ControlQueue, back);
        Assert.Equal(CameraStatus.Ok, Assert.Single(back).Status);
    }

    [Fact]
    public void News_of_the_role_are_kept_before_the_guest_is_told()
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream();
        rig.Send(CameraWire.EventQueue, [], 64);
        rig.Reap(CameraWire.EventQueue);
        var told = rig.Send(CameraWire.EventQueue, [], 64);
        rig.BeforeStore = () => throw new InvalidOperationException("the life is over");
        Assert.Throws<InvalidOperationException>(() => rig.Session.OnOwner(0, CameraStatus.Ok, SessionRole.Observer));
        Assert.False(told.IsAnswered); // its life ended as it was about to go out
        Assert.Equal((uint)SessionRole.Observer, rig.Left()!.Session.Role);
    }

    [Fact]
    public void A_role_that_a_command_changes_is_told_after_the_command_is_answered_and_kept_with_it()
    {
        using var rig = new SessionRig().Keeping();
        var told = rig.Send(CameraWire.EventQueue, [], 64);
        var release = rig.Command(CameraCommand.ReleaseOwner, new OwnerCommand(0, 0));
        rig.BeforeStore = () => throw new InvalidOperationException("the life is over");
        Assert.Throws<InvalidOperationException>(() => rig.AnswerAll());
        Assert.False(told.IsAnswered || release.IsAnswered);
        Assert.Equal((uint)SessionRole.Observer, rig.Left()!.Session.Role);
    }

    [Fact]
    public void A_guest_that_resets_the_device_after_a_recovery_sees_no_discontinuity_in_its_new_stream()
    {
        using var rig = new SessionRig(SessionRole.Observer).Keeping();
        rig.Stream();
        rig.Crash(SessionRole.Observer);
        rig.Command(CameraCommand.ClockSample);
        rig.AnswerAll();
        rig.Session.Stop();
        rig.Stream();
        var first = rig.Request(1, 0);
        rig.Deliver(rig.Host.Armed[^1], rig.Capture(1));
        Assert.Equal(ResultFlags.None, first.Result.Flags);
    }

    [Fact]
    public void A_command_in_a_chain_of_many_times_its_size_takes_no_more_memory_than_the_longest_command()
    {
        using var rig = new SessionRig().Keeping();
        var wanted = SessionRig.BytesOf(SessionRig.Wanted());
        OfferFat(rig, rig.Message(CameraCommand.Configure, [.. SessionRig.BytesOf(new ConfigureCommand(0, 1)), .. wanted]));
        rig.Pump(CameraWire.ControlQueue);
        ExpectLittleAllocated(() => rig.AnswerAll());
        Assert.Equal((SessionState.Configured, 1), (rig.Session.State, rig.Ring(CameraWire.ControlQueue).UsedIndex));

        // The next one is taken, and no more: it is compared with the one whose answer is kept.
        OfferFat(rig, rig.Message(CameraCommand.ClockSample, []));
        Assert.NotNull(rig.Queue(CameraWire.ControlQueue).TryPop());
        rig.Crash();
        ExpectLittleAllocated(() =>
        {
            rig.PumpAll();
            rig.AnswerAll();
        });
        Assert.Equal(2, rig.Ring(CameraWire.ControlQueue).UsedIndex);
    }

    private static void OfferFat(SessionRig rig, byte[] message)
    {
        var (place, answer) = (rig.Allocate(message.Length), rig.Allocate(4096));
        message.CopyTo(rig.Memory.Bytes.Write(place, message.Length));
        rig.Ring(CameraWire.ControlQueue).Add(
        [
            (DriverRing.AddressOf(place), (uint)message.Length, false),
            .. Enumerable.Repeat((DriverRing.AddressOf(0), 2u << 20, false), 16),
            (DriverRing.AddressOf(answer), 4096, true),
        ], indirect: true);
    }

    private static void ExpectLittleAllocated(Action what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        what();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }
}
