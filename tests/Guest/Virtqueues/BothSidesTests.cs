using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Guest.Memory;
using CameraFabric.Guest.Virtqueues;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Guest.Tests.Virtqueues;

/// <summary>Our driver's side against our device's side, on the same memory.</summary>
public sealed class BothSidesTests
{
    private sealed record Step(int What, int A, int B);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void What_one_side_sends_the_other_receives_and_no_notification_is_missed(bool indirect, bool eventIndex)
    {
        var step = from what in Gen.Choose(0, 3) from a in Gen.Choose(0, 3) from b in Gen.Choose(1, 3) select new Step(what, a, b);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40),
            Prop.ForAll(step.ListOf(400).ToArbitrary(), steps => Run([.. steps], indirect, eventIndex)));
    }

    private static void Run(Step[] steps, bool indirect, bool eventIndex)
    {
        using var ram = GuestRam.Create(1 << 18);
        using var driver = new DriverQueue(ram, 1,
            new DriverQueueOptions { Size = 8, Indirect = indirect, EventIndex = eventIndex, MaximumSegments = 6 });
        var region = new MemoryRegion(ram.GuestAddress, (ulong)ram.Size, ram.FrontendAddress, (ulong)ram.MappingOffset);
        var memory = MemoryTable.Create([region], [ram.File.Descriptor], new MemoryLimits());
        var calls = 0;
        var device = Virtqueue.Start(new VirtqueueSettings
        {
            Index = 1,
            Size = 8,
            Features = VirtioFeatures.Version1 | (indirect ? VirtioFeatures.IndirectDescriptors : 0)
                | (eventIndex ? VirtioFeatures.EventIndex : 0),
            Addresses = new RingAddresses(ram.ToFrontend(driver.DescriptorTable), ram.ToFrontend(driver.AvailableRing),
                ram.ToFrontend(driver.UsedRing)),
            Memory = memory,
            Call = () => calls++,
        });
        var data = ram.Allocate(GuestRam.PageBytes);
        var sent = new Queue<(int Token, int Readable, int Writable)>();
        var held = new List<(DescriptorChain Chain, int Token)>();
        var used = new Queue<(int Token, int Written)>();
        var token = 0;
        var deviceSleeps = device.TryPop() is null;
        var driverSleeps = !driver.EnableCalls();
        Assert.True(deviceSleeps && driverSleeps);
        foreach (var step in steps)
        {
            switch (step.What)
            {
                case 0:
                    var readable = Segments(data, step.A);
                    var writable = Segments(data + 1024, step.B);
                    if (!driver.TryAdd(readable, writable, token)) break;
                    sent.Enqueue((token++, readable.Sum(s => s.Length), writable.Sum(s => s.Length)));
                    var kicked = driver.Publish();
                    if (deviceSleeps) Assert.True(kicked);       // or the device would sleep for ever
                    deviceSleeps &= !kicked;
                    break;
                case 1:
                    var chain = device.TryPop();
                    Assert.Equal(sent.Count > 0, chain is not null);
                    if (chain is null)
                    {
                        deviceSleeps = true;
                        break;
                    }

                    var expected = sent.Dequeue();
                    Assert.Equal((expected.Readable, expected.Writable), (chain.ReadableBytes, chain.WritableBytes));
                    held.Add((chain, expected.Token));
                    break;
                case 2:
                    if (held.Count == 0) break;
                    var back = held[step.A % held.Count];
                    held.Remove(back);
                    var written = Math.Min(step.B, back.Chain.WritableBytes);
                    var before = calls;
                    Assert.True(device.Complete(back.Chain, written));
                    if (driverSleeps) Assert.True(calls > before);
                    driverSleeps &= calls == before;
                    used.Enqueue((back.Token, written));
                    break;
                default:
                    while (driver.TryReclaim(out var entry)) Assert.Equal(used.Dequeue(), (entry.Token, entry.Written));
                    Assert.Empty(used);
                    driverSleeps = !driver.EnableCalls();
                    Assert.True(driverSleeps);
                    break;
            }
        }

        device.Stop();
        memory.Retire();
    }

    private static GuestSegment[] Segments(ulong at, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new GuestSegment(at + (ulong)(i * 64), i + 1))];
}
