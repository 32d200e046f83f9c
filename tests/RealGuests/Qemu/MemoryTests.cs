using System.Globalization;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>The machine's memory grows under a running device: QEMU adds each piece to the device's memory.</summary>
public sealed class MemoryTests : QemuTest
{
    private const int PieceBytes = 2 << 20;
    private const int RegionsAtStart = 3; // below the VGA hole, the part of it that is memory, and the rest
    private int _pieces;

    [QemuFact]
    public void Frames_reach_memory_above_4_GiB_that_was_plugged_in_while_it_streams()
    {
        var camera = Boot().Begin();
        var low = camera.Stream();
        camera.TakeFrame(1, low);

        var high = PlugIn(camera);

        Assert.True(high >= 1ul << 32, $"the memory is at 0x{high:x}");
        Assert.Equal(CameraStatus.Ok, camera.Attach(1, high + 4096).Status);
        for (var id = 2ul; id < 10; id += 2)
        {
            camera.TakeFrame(id, high + 4096, buffer: 1);
            camera.TakeFrame(id + 1, low);
        }
    }

    [QemuFact]
    public void It_takes_as_many_regions_as_it_says_and_qemu_plugs_in_no_more()
    {
        using var folder = new TemporaryFolder();
        var tap = Keep(new VhostUserTap(Path.Combine(folder.Path, "tap"), Socket()));
        var camera = Boot(tap.Path).Begin();
        var place = camera.Stream();
        var slots = (int)tap.Words(FrontendRequest.GetMaxMemSlots, isReply: true).First();
        var pieces = Enumerable.Range(RegionsAtStart, slots - RegionsAtStart).Select(_ => PlugIn(camera)).ToList();

        var refusal = Assert.Throws<InvalidOperationException>(() => PlugIn(camera));

        Assert.Contains("no free memory slots", refusal.Message, StringComparison.Ordinal);
        camera.TakeFrame(1, place);
        Assert.Equal(CameraStatus.Ok, camera.Attach(1, pieces[^1]).Status);
        camera.TakeFrame(2, pieces[^1], buffer: 1);
    }

    [QemuFact]
    public void Rings_may_lie_in_it_after_a_reset()
    {
        var camera = Boot().Begin();
        var high = PlugIn(camera);

        camera.Begin(rings: high);

        camera.TakeFrame(1, camera.Stream());
    }

    // More memory; its guest address.
    private ulong PlugIn(QemuCamera camera)
    {
        var name = $"more{_pieces++}";
        var qmp = camera.Machine.Qmp;
        qmp.Execute("object-add", new Dictionary<string, object>
        {
            ["qom-type"] = "memory-backend-memfd", ["id"] = $"{name}-memory", ["size"] = PieceBytes, ["share"] = true,
        });
        qmp.Execute("device_add", new Dictionary<string, object>
        {
            ["driver"] = "pc-dimm", ["id"] = name, ["memdev"] = $"{name}-memory",
        });
        var address = qmp.Execute("qom-get", new { path = $"/machine/peripheral/{name}", property = "addr" });
        return ulong.Parse(address.GetRawText(), CultureInfo.InvariantCulture);
    }
}
