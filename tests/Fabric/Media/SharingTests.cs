using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Guest.Program;

namespace CameraFabric.Fabric.Tests.Media;

/// <summary>Several files on a device, several guests on a camera, and both faces side by side.</summary>
public sealed class SharingTests
{
    [Fact]
    public async Task A_second_session_may_look_but_not_stream_while_the_first_has_buffers()
    {
        await using var fabric = MediaVisitor.Fabric(new());
        using var guest = await MediaVisitor.ConnectAsync(fabric);
        var (first, second) = (await guest.OpenAsync(fabric), guest.Open());
        Assert.NotEqual(first.Id, second.Id);
        guest.Allocate(first, 2);

        Assert.Equal((int)MediaStatus.Busy, second.RequestBuffers(2, V4l2Memory.UserPointer, out _));
        var format = new V4l2Format { Type = V4l2BufferType.VideoCapture, Pixels = MediaVisitor.FormatOf(second) };
        Assert.Equal((int)MediaStatus.Busy, second.Ioctl(MediaIoctl.SetFormat, ref format));

        first.Close();
        guest.Allocate(second, 2);
        Assert.Empty(guest.Violations);
    }

    [Fact]
    public async Task Many_sessions_can_be_open_and_ids_are_not_given_twice()
    {
        await using var fabric = MediaVisitor.Fabric(new());
        using var guest = await MediaVisitor.ConnectAsync(fabric);
        var sessions = new List<Guest.Media.MediaSession> { await guest.OpenAsync(fabric) };
        for (var i = 0; i < 15; i++) sessions.Add(guest.Open());

        Assert.Equal(sessions.Count, sessions.Select(session => session.Id).Distinct().Count());
        foreach (var session in sessions) session.Close();
        Assert.Equal(0, guest.Driver.Open(out _));
        Assert.Empty(guest.Violations);
    }

    [Fact]
    public async Task Guests_of_one_camera_get_the_same_frames_each_with_numbers_of_its_own()
    {
        var sensors = new Fakes.StepSensors();
        await using var fabric = MediaVisitor.Fabric(sensors, MediaVisitor.Guest("two", "front", SessionRole.Observer));
        using var one = await MediaVisitor.ConnectAsync(fabric);
        using var two = await MediaVisitor.ConnectAsync(fabric, "two");
        var owner = await one.OpenAsync(fabric);
        one.Stream(owner);
        sensors.Expose(2);
        Assert.Equal([0u, 1u], [one.Next(owner).Sequence, one.Next(owner).Sequence]);

        var observer = two.Open();
        two.Stream(observer);
        sensors.Expose();
        var (seen, also) = (one.Next(owner), two.Next(observer));

        Assert.Equal((2u, 0u), (seen.Sequence, also.Sequence));
        Assert.Equal((seen.Seconds, seen.Microseconds), (also.Seconds, also.Microseconds));
        one.Dispose();
        two.Dispose();
        Assert.Empty(one.Violations.Concat(two.Violations));
        await fabric.StopAsync();
    }

    [Fact]
    public async Task An_observer_changes_nothing()
    {
        await using var fabric = MediaVisitor.Fabric(new(), MediaVisitor.Guest("two", "front", SessionRole.Observer));
        using var two = await MediaVisitor.ConnectAsync(fabric, "two");
        var observer = await two.OpenAsync(fabric);
        var control = new V4l2QueryExtendedControl { Id = (uint)V4l2ControlFlags.NextControl };
        do
        {
            control = new V4l2QueryExtendedControl { Id = control.Id | (uint)V4l2ControlFlags.NextControl };
            Assert.Equal(0, observer.Ioctl(MediaIoctl.QueryExtendedControl, ref control));
        }
        while (control.Type != V4l2ControlType.Integer);

        var head = new V4l2ExtendedControls { Count = 1 };
        V4l2ExtendedControl[] controls = [new() { Id = control.Id, Value = control.Maximum }];
        var status = observer.Controls(MediaIoctl.SetExtendedControls, ref head, controls);

        Assert.Equal((int)MediaStatus.Access, status);
        Assert.Empty(two.Violations);
    }

    [Fact]
    public async Task A_guest_streams_over_the_media_face_and_finds_nothing_wrong()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")],
            [MediaVisitor.Guest("one", "front"), RunningFabric.Guest("beside", "front")]);
        var options = fabric.Options("one", "front", frames: 60) with { Face = VirtioFace.Media, Buffers = MediaBuffers.UserPointer };

        var reports = await Task.WhenAll(fabric.RunAsync(options), fabric.RunAsync(fabric.Options("beside", "front", frames: 60)));
        var status = await fabric.StopAsync();

        Assert.All(reports, report => Assert.True(report.Good, report.ToJson() + fabric.Loggers));
        Assert.Equal((60, 60), (reports[0].Frames.Delivered, reports[0].Verification.Stamps));
        Assert.NotEmpty(reports[0].Verification.Unchecked);
        Assert.True(status.Guests[0].Delivered >= 60);
    }

    [Fact]
    public async Task A_guest_that_vanishes_in_the_middle_of_a_stream_leaves_nothing_behind()
    {
        var sensors = new Fakes.StepSensors();
        await using var fabric = MediaVisitor.Fabric(sensors);
        for (var i = 0; i < 3; i++)
        {
            using var guest = await MediaVisitor.ConnectAsync(fabric);
            var session = await guest.OpenAsync(fabric);
            guest.Stream(session);
            sensors.Expose();
            guest.Next(session);
            guest.Driver.Transport.Abandon();      // not a word: the socket is simply closed
        }

        await fabric.StopAsync();
    }
}
