using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Transport;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Guest.Tests.Camera;

public sealed class CommandTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(60);

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void Every_command_is_answered_whatever_ring_features_are_used(bool indirect, bool eventIndex)
    {
        var options = CameraBench.Options
            with { Transport = CameraBench.Options.Transport with { Indirect = indirect, EventIndex = eventIndex } };
        using var bench = CameraBench.Streaming(2, options);
        Assert.Equal(indirect, bench.Driver.Transport.Indirect);
        Assert.Equal(bench.Driver.Transport.Features & ~VirtioFeatures.ProtocolFeatures, bench.Camera.NegotiatedFeatures);
        bench.Driver.AcquireOwner();
        bench.Driver.ReleaseOwner();
        bench.Driver.Flush();
        bench.Driver.Stop();
        bench.Driver.Release();
        Assert.Equal(
            [CameraCommand.Configure, CameraCommand.AttachBuffer, CameraCommand.AttachBuffer, CameraCommand.Start,
                CameraCommand.AcquireOwner,
                CameraCommand.ReleaseOwner, CameraCommand.Flush, CameraCommand.Stop, CameraCommand.Release],
            bench.Camera.Commands);
        Assert.Empty(bench.Violations);
    }

    [Fact]
    public void The_configuration_space_is_read_and_its_version_checked()
    {
        using var bench = CameraBench.Open();
        Assert.Equal("scripted", bench.Driver.Config.Name.ToString());
        var error = Assert.Throws<CameraDriverException>(() =>
            CameraBench.Open(script: c => c.Config = c.Config with { Version = 2 << 16 }));
        Assert.Equal(CameraFailure.Violation, error.Failure);
        Assert.Contains("2.0", error.Message);
        error = Assert.Throws<CameraDriverException>(() => CameraBench.Open(script: c => c.Config = c.Config with { MaximumInFlight = 0 }));
        Assert.Contains("max_in_flight", error.Message);
    }

    [Fact]
    public void Controls_go_there_and_come_back_with_their_flags()
    {
        using var bench = CameraBench.Open(script: c => c.Judge = _ => (ItemFlags.Applied | ItemFlags.Clamped, 3));
        var asked = new ControlEntry(ControlCatalogue.ExposureTime.Id, ControlValue.From(5L));
        var told = Assert.Single(bench.Driver.SetControls([asked], strict: true));
        Assert.Equal(new ReportedControl(asked.Id, ItemFlags.Applied | ItemFlags.Clamped, 3, asked.Value), told);
        told = Assert.Single(bench.Driver.GetControls(0x1234));
        Assert.Equal((0x1234u, 0), (told.Id, told.Value.Count));
        Assert.Empty(bench.Driver.GetControls());
    }

    [Fact]
    public void The_device_clock_lies_between_the_readings_of_our_own()
    {
        using var bench = CameraBench.Open();
        var sample = bench.Driver.SampleClock();
        Assert.InRange(sample.Device, sample.Before, sample.After);
        Assert.Equal(ClockSampleReply.HostMonotonic, sample.ClockId);
        Assert.InRange(Math.Abs(sample.Offset), 0, sample.After - sample.Before);
    }

    [Fact]
    public void A_refusal_says_which_command_and_which_status()
    {
        using var bench = CameraBench.Open(script: c => c.Status = command =>
            command == CameraCommand.AcquireOwner ? CameraStatus.Denied : CameraStatus.Ok);
        var error = Assert.Throws<CameraDriverException>(() => bench.Driver.AcquireOwner());
        Assert.Equal((CameraFailure.Refused, CameraStatus.Denied), (error.Failure, error.Status));
        Assert.Contains("AcquireOwner", error.Message);
        bench.Camera.Status = _ => (CameraStatus)99;
        error = Assert.Throws<CameraDriverException>(() => bench.Driver.AcquireOwner());
        Assert.Contains("status 99", error.Message);
    }

    [Fact]
    public void A_device_that_never_answers_is_a_time_out_and_no_hang()
    {
        using var bench = CameraBench.Open(CameraBench.Options with { CommandTimeout = Short }, c => c.Mute = command =>
            command == CameraCommand.AcquireOwner);
        for (var i = 0; i < 4; i++)
            Assert.Equal(CameraFailure.TimedOut, Assert.Throws<CameraDriverException>(() => bench.Driver.AcquireOwner()).Failure);
        // The device still owes four answers and might write them any time: their memory cannot be used again.
        var error = Assert.Throws<CameraDriverException>(() => bench.Driver.AcquireOwner());
        Assert.Contains("has not yet answered", error.Message);
        Assert.Equal(CameraFailure.TimedOut, error.Failure);
    }

    [Fact]
    public void A_late_answer_is_thrown_away_and_does_not_become_that_of_the_next_command()
    {
        using var bench = CameraBench.Open(CameraBench.Options with { CommandTimeout = TimeSpan.FromSeconds(2) });
        using var release = new ManualResetEventSlim();
        bench.Camera.Status = command =>
        {
            if (command == CameraCommand.AcquireOwner) release.Wait(CameraBench.Patience);
            return command == CameraCommand.AcquireOwner ? CameraStatus.Denied : CameraStatus.Ok;
        };
        Assert.Equal(CameraFailure.TimedOut, Assert.Throws<CameraDriverException>(() => bench.Driver.AcquireOwner()).Failure);
        release.Set();
        for (var i = 0; i < 8; i++) bench.Driver.ReleaseOwner();
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(15, "15 bytes")]
    public void A_short_answer_is_found_out(int bytes, string message) => Lie(answer => answer[..bytes], message);

    [Fact]
    public void An_answer_that_claims_more_than_was_written_is_found_out() =>
        Lie(answer => With(answer, new ResponseHeader(CameraStatus.Ok, 17, Tag(answer))), "claims 17 bytes, with 16 bytes written");

    [Fact]
    public void An_answer_that_claims_less_than_its_header_is_found_out() =>
        Lie(answer => With(answer, new ResponseHeader(CameraStatus.Ok, 8, Tag(answer))), "claims 8 bytes");

    [Fact]
    public void An_answer_to_another_command_is_found_out() =>
        Lie(answer => With(answer, new ResponseHeader(CameraStatus.Ok, 16, Tag(answer) + 1)), "tag");

    [Fact]
    public void An_answer_without_its_body_is_found_out()
    {
        using var bench = CameraBench.Open(script: c => c.Answer = (command, answer) =>
            command == CameraCommand.ClockSample ? With(answer[..24], new ResponseHeader(CameraStatus.Ok, 24, Tag(answer))) : answer);
        var error = Assert.Throws<CameraDriverException>(() => bench.Driver.SampleClock());
        Assert.Equal(CameraFailure.Violation, error.Failure);
        Assert.Contains("8 bytes behind its header; it has at least 16", error.Message);
    }

    [Fact]
    public void A_control_packet_of_nonsense_is_found_out()
    {
        using var bench = CameraBench.Open(script: c => c.Answer = (_, answer) =>
        {
            answer.AsSpan(ResponseHeader.Bytes).Fill(0xFF);
            return answer;
        });
        var error = Assert.Throws<CameraDriverException>(() => bench.Driver.GetControls(1, 2, 3));
        Assert.Equal(CameraFailure.Violation, error.Failure);
        Assert.Contains("control packet", error.Message);
    }

    [Fact]
    public async Task A_device_that_goes_away_ends_the_command_that_waits_and_refuses_the_next()
    {
        using var bench = CameraBench.Open(script: c => c.Mute = command => command == CameraCommand.AcquireOwner);
        var waiting = Task.Run(() => Assert.Throws<CameraDriverException>(() => bench.Driver.AcquireOwner()));
        Assert.True(SpinWait.SpinUntil(() => bench.Camera.Commands.Count > 0, CameraBench.Patience));
        bench.Camera.Crash();
        Assert.Equal(CameraFailure.Disconnected, (await waiting.WaitAsync(CameraBench.Patience)).Failure);
        bench.WaitFor(() => !bench.Ends.IsEmpty, "the listener hears of the end");
        Assert.Equal(CameraFailure.Disconnected, Assert.Throws<CameraDriverException>(() => bench.Driver.AcquireOwner()).Failure);
        Assert.NotNull(bench.Driver.Failure);
        Assert.Single(bench.Ends);
    }

    [Fact]
    public void Nobody_at_the_socket_is_told_with_its_path()
    {
        using var bench = CameraBench.Open();
        var error = Assert.Throws<CameraDriverException>(() => CameraDriver.Connect("/nowhere/camera.sock", bench));
        Assert.Equal(CameraFailure.Disconnected, error.Failure);
        Assert.Contains("/nowhere/camera.sock", error.Message);
    }

    [Fact]
    public void A_peer_that_says_nothing_is_given_up_after_the_reply_time_out()
    {
        using var bench = CameraBench.Open();
        var (guest, device) = UnixSocket.Pair();
        using (device)
        {
            var options = new CameraDriverOptions { Transport = new VirtioTransportOptions { ReplyTimeout = Short } };
            var error = Assert.Throws<CameraDriverException>(() => CameraDriver.Connect(guest, bench, options));
            Assert.Equal(CameraFailure.Disconnected, error.Failure);
        }
    }

    [Fact]
    public void A_change_of_the_configuration_space_reaches_the_listener()
    {
        using var bench = CameraBench.Open();
        bench.Camera.Config = bench.Camera.Config with { Flags = CameraConfigFlags.Owner };
        bench.Camera.NotifyConfigChange();
        bench.WaitFor(() => bench.ConfigChanges == 1, "the change is told");
        Assert.Equal(CameraConfigFlags.Owner, bench.Driver.ReadConfig().Flags);
    }

    [Fact]
    public void A_command_called_by_a_listener_is_refused_instead_of_waiting_for_itself()
    {
        using var bench = CameraBench.Open();
        Exception? error = null;
        bench.OnConfigChanged = () => error = Record.Exception(() => bench.Driver.AcquireOwner());
        bench.Camera.NotifyConfigChange();
        bench.WaitFor(() => bench.ConfigChanges == 1 && error is not null, "the listener was refused");
        Assert.IsType<InvalidOperationException>(error);
    }

    [Fact]
    public void A_listener_that_throws_ends_the_connection_and_not_the_process()
    {
        using var bench = CameraBench.Open();
        bench.OnConfigChanged = () => throw new InvalidCastException("deliberate");
        bench.Camera.NotifyConfigChange();
        bench.WaitFor(() => !bench.Ends.IsEmpty, "the connection ends");
        Assert.Contains("deliberate", bench.Ends.Single());
    }

    [Fact]
    public void After_disposal_nothing_can_be_asked_any_more()
    {
        var bench = CameraBench.Open();
        bench.Dispose();
        bench.Driver.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bench.Driver.AcquireOwner());
        Assert.Empty(bench.Ends);
    }

    private static void Lie(Func<byte[], byte[]> lie, string message)
    {
        using var bench = CameraBench.Open(script: c => c.Answer = (_, answer) => lie(answer));
        var error = Assert.Throws<CameraDriverException>(() => bench.Driver.AcquireOwner());
        Assert.Equal(CameraFailure.Violation, error.Failure);
        Assert.Contains("AcquireOwner", error.Message);
        Assert.Contains(message, error.Message);
    }

    private static ulong Tag(byte[] answer) => CameraWire.Read<ResponseHeader>(answer).Tag;

    private static byte[] With(byte[] answer, ResponseHeader header)
    {
        CameraWire.Write(answer, header);
        return answer;
    }
}
