using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.Camera;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fabric.Status;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>
/// Drivers in a machine of QEMU that break the rules, with QEMU in between: it translates addresses and passes rings on as they are.
/// Each is cut off with the reason, and a neighbour on the same camera keeps streaming.
/// </summary>
public sealed class RuleBreakTests : QemuTest
{
    private const ulong Somewhere = 0x300_0000, End = QemuMachine.MemoryBytes, Firmware = 0xffff_0000, PciHole = 0xe000_0000;

    // What the driver does, and words of the reason for which it is cut off.
    private static readonly Dictionary<string, (Action<QemuCamera> Break, string Words)> Breaks = new()
    {
        ["a descriptor behind the memory"] = (camera => Direct(camera, (End, 16, 0, 0)), "no memory at guest address 0x4000000"),
        ["a descriptor that ends behind the memory"] =
            (camera => Direct(camera, (End - 8, 16, 0, 0)), "no memory at guest address 0x4000000"),
        ["a descriptor in the firmware, which is not shared"] =
            (camera => Direct(camera, (Firmware, 16, 0, 0)), "no memory at guest address 0xffff0000"),
        ["a descriptor in a device's registers"] = (camera => Direct(camera, (PciHole, 16, 0, 0)), "no memory at guest address 0xe0000000"),
        ["an address that wraps around"] = (camera => Direct(camera, (ulong.MaxValue - 15, 32, 0, 0)), "wraps around 2^64"),
        ["a descriptor of no bytes"] = (camera => Direct(camera, (Somewhere, 0, 0, 0)), "descriptor 0 has length 0"),
        ["a descriptor of 4 GiB"] = (camera => Direct(camera, (Somewhere, uint.MaxValue, 0, 0)), "the chain has 4294967295 bytes"),
        ["a chain that loops"] = (
            camera => Direct(camera, (Somewhere, 16, DescriptorFlags.Next, 1), (Somewhere, 16, DescriptorFlags.Next, 0)), "it loops"),
        ["a chain that goes on behind the table"] =
            (camera => Direct(camera, (Somewhere, 16, DescriptorFlags.Next, 32)), "descriptor 0 goes on at 32; there are 32"),
        ["something to be read behind something to be written"] = (
            camera => Direct(camera, (Somewhere, 64, DescriptorFlags.Write | DescriptorFlags.Next, 1), (Somewhere, 16, 0, 0)),
            "descriptor 1 is to be read but follows one to be written"),
        ["a head that does not exist"] = (camera => Publish(camera, 0, 32), "names descriptor 32; there are 32"),
        ["a head that the device still holds"] = (HoldTwice, "names descriptor 0, whose chain the device still holds"),
        ["an available index that leaps"] = (camera => SetIndex(camera, 33), "the available index jumped to 33"),
        ["an available index that goes back"] = (
            camera =>
            {
                Assert.Equal(CameraStatus.Ok, camera.Command(CameraCommand.ClockSample).Status);
                SetIndex(camera, 0);
            },
            "the available index jumped to 0, 65535 beyond 1"),
        ["a table in a table"] = (camera => Indirect(camera, DescriptorFlags.Indirect, 0), "tables do not nest"),
        ["a table whose chain loops"] = (camera => Indirect(camera, DescriptorFlags.Next, 0), "has more than 2 descriptors: it loops"),
        ["a table of 40 bytes"] = (
            camera => Direct(camera, (Somewhere, 40, DescriptorFlags.Indirect, 0)), "refers to an indirect table of 40 bytes"),
        ["a table behind the memory"] = (
            camera => Direct(camera, (End, 32, DescriptorFlags.Indirect, 0)), "the indirect table of descriptor 0: no memory"),
        ["a table and a next descriptor"] = (
            camera => Direct(camera, (Somewhere, 16, DescriptorFlags.Indirect | DescriptorFlags.Next, 1)),
            "is indirect and has a next one"),
        ["a command without room for the answer"] = (
            camera => camera.Offer(CameraWire.ControlQueue, CameraMessages.Command(CameraCommand.ClockSample, [], 1), 15),
            "a chain with 15 writable bytes has no room for a response"),
        ["a request without room for the result"] = (
            camera => camera.Offer(CameraWire.RequestQueue, CameraMessages.Request(1, 1, 0), 71),
            "a chain with 71 writable bytes has no room for a result"),
        ["an event buffer of 32 bytes"] = (camera => camera.Offer(CameraWire.EventQueue, [], 32), "an event needs 64"),
    };

    public static TheoryData<string> Cases => [.. Breaks.Keys];

    [QemuTheory]
    [MemberData(nameof(Cases))]
    public async Task A_driver_that_breaks_a_rule_is_cut_off_alone(string rule)
    {
        var neighbour = await StreamNeighbourAsync();
        var camera = Boot().Begin();
        Assert.Equal(CameraStatus.Ok, camera.Command(CameraCommand.ClockSample).Status);
        camera.Begin();
        var (breakRule, words) = Breaks[rule];

        breakRule(camera);

        await UntilAsync(
            guest => guest.State == GuestState.Quarantined && guest.Reason.Contains(words, StringComparison.Ordinal),
            $"the driver is not cut off because of '{words}'");
        Assert.False(camera.Machine.HasEnded, camera.Machine.Errors);
        await neighbour.EndAsync();
    }

    [QemuFact]
    public async Task A_driver_that_breaks_a_rule_while_it_streams_is_cut_off_alone()
    {
        var neighbour = await StreamNeighbourAsync();
        var camera = Boot().Begin();
        camera.TakeFrame(1, camera.Stream());

        Publish(camera, CameraWire.RequestQueue, 32);

        await UntilAsync(static guest => guest.State == GuestState.Quarantined, "the driver is not cut off");
        await neighbour.EndAsync();
    }

    [QemuFact]
    public async Task Wrong_commands_and_requests_are_answered_and_the_driver_goes_on()
    {
        var neighbour = await StreamNeighbourAsync();
        var camera = Boot().Begin();
        var place = camera.Stream();

        Assert.Equal(CameraStatus.Unsupported, camera.Command((CameraCommand)0x7777).Status);
        Assert.Equal(CameraStatus.Invalid, camera.Command(CameraCommand.Configure).Status);
        Assert.Equal(CameraStatus.Invalid, camera.Attach(7, End).Status);
        Assert.Equal(CameraStatus.Invalid, camera.Attach(7, PciHole).Status);
        Assert.Equal(CameraStatus.Invalid, camera.Attach(7, Firmware).Status);
        Assert.Equal(CameraStatus.Invalid, camera.Attach(7, End - 4096).Status);
        Assert.Equal(CameraStatus.Invalid, camera.Request(1, buffer: 7).Status);

        camera.TakeFrame(2, place);
        await neighbour.EndAsync();
    }

    private static void Publish(QemuCamera camera, int queue, ushort head)
    {
        camera.Rings[queue].Publish(head);
        camera.Device.Notify(queue);
    }

    private static void SetIndex(QemuCamera camera, ushort index)
    {
        camera.Control.SetAvailableIndex(index);
        camera.Device.Notify(CameraWire.ControlQueue);
    }

    private static void HoldTwice(QemuCamera camera)
    {
        camera.Events.SetDescriptor(0, Somewhere, 1024, DescriptorFlags.Write, 0);
        camera.Events.Publish(0);
        Publish(camera, CameraWire.EventQueue, 0);
    }

    // A chain of these descriptors, from 0, in the control queue.
    private static void Direct(QemuCamera camera, params (ulong Address, uint Length, DescriptorFlags Flags, ushort Next)[] descriptors)
    {
        foreach (var (index, (address, length, flags, next)) in descriptors.Index())
        {
            camera.Control.SetDescriptor(index, address, length, flags, next);
        }

        Publish(camera, CameraWire.ControlQueue, 0);
    }

    // A table of two entries, of which the second has these flags and goes on there.
    private static void Indirect(QemuCamera camera, DescriptorFlags flags, ushort next)
    {
        camera.Control.SetEntry(Somewhere, 0, Somewhere + 4096, 16, DescriptorFlags.Next, 1);
        camera.Control.SetEntry(Somewhere, 1, Somewhere + 4096, 16, flags, next);
        Direct(camera, (Somewhere, 32, DescriptorFlags.Indirect, 0));
    }
}
