using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>The configuration space, through QEMU's vhost-user-blk: 57 bytes, two of which (34, 35) are QEMU's own.</summary>
public sealed class ConfigurationSpaceTests : QemuTest
{
    private const int Length = 57, QueueCountAt = 34, WriteCacheAt = 32, FlagsAt = 4, NameAt = 40;

    [Qemu7Fact]
    public void It_reads_the_same_in_bytes_words_and_long_words_and_as_nothing_behind_its_end()
    {
        var device = Boot().Device;

        var bytes = device.ReadConfig(Length);

        Assert.Equal(CameraWire.ProtocolVersion, BitConverter.ToUInt32(bytes));
        Assert.Equal(
            CameraConfigFlags.PerFrame | CameraConfigFlags.SourcePresent | CameraConfigFlags.Owner,
            (CameraConfigFlags)BitConverter.ToUInt32(bytes, FlagsAt));
        Assert.Equal(CameraWire.QueueCount, BitConverter.ToUInt16(bytes, QueueCountAt));
        Assert.Equal(Camera, System.Text.Encoding.UTF8.GetString(bytes, NameAt, Length - NameAt).TrimEnd('\0'));
        Assert.Equal(bytes[..56], device.ReadConfig(56, 2));
        Assert.Equal(bytes[..56], device.ReadConfig(56, 4));
        Assert.Equal(0xffu, device.Config(Length, 1));
        Assert.Equal(uint.MaxValue, device.Config(Length - 1, 4));
    }

    [Qemu7Fact]
    public void A_write_to_it_is_refused_and_changes_nothing()
    {
        var camera = Boot().Begin();
        var before = camera.Device.ReadConfig(Length);

        camera.Device.SetConfig(WriteCacheAt, 1, (ulong)(before[WriteCacheAt] + 1));

        camera.Machine.Says("set device config space failed");
        Assert.Contains(Fabric.Loggers.Lines, static line => line.Contains("SET_CONFIG writes 1 bytes at 32", StringComparison.Ordinal));
        Assert.Equal(before, camera.Device.ReadConfig(Length));
        Assert.Equal(CameraStatus.Ok, camera.Command(CameraCommand.ClockSample).Status);
    }

    [QemuFact]
    public void A_change_interrupts_the_driver_and_a_used_chain_does_too()
    {
        var camera = Boot();
        var line = camera.RouteInterrupts();
        camera.Begin();

        var released = camera.Command(CameraCommand.ReleaseOwner, default(OwnerCommand));
        var qtest = camera.Machine.Qtest;
        var seen = 0;
        while (seen != (VirtioPci.QueueInterrupt | VirtioPci.ConfigInterrupt))
        {
            qtest.WaitForLine(line, raised: true);
            seen |= camera.Device.TakeInterrupt();
            qtest.WaitForLine(line, raised: false);
        }

        Assert.Equal(CameraStatus.Ok, released.Status);
        var flags = (CameraConfigFlags)camera.Device.Config(FlagsAt, 4);
        Assert.False(flags.HasFlag(CameraConfigFlags.Owner));
    }
}
