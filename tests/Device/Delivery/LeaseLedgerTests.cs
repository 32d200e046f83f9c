using CameraFabric.Device.Delivery;
using CameraFabric.Sensors.Frames;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.Delivery;

/// <summary>The frames that a guest holds: never more than it may, never one that it was not given, none left when it goes.</summary>
public sealed class LeaseLedgerTests
{
    private const int Maximum = 3;

    [Fact]
    public void Whatever_happens_no_more_is_held_than_may_be_and_nothing_is_left_at_the_end()
    {
        var step = from kind in Gen.Choose(0, 9) from which in Gen.Choose(0, 5) select (kind, which);
        Prop.ForAll(Gen.ListOf(step).ToArbitrary(), steps =>
        {
            using var pool = new FramePool("model", 64, 6);
            using var other = new FramePool("other", 64, 1);
            var stranger = other.TryRent()!.Publish();
            var ledger = new LeaseLedger(Maximum);
            var isOpen = false;
            var reserved = new List<(Frame Frame, int Life, bool IsCurrent)>();
            var held = new HashSet<uint>();
            foreach (var (kind, which) in steps)
            {
                switch (kind)
                {
                    case 0:
                    case 1 when !isOpen:
                        ledger.Open(pool.Id, pool.Slots);
                        isOpen = true;
                        Forget();
                        break;
                    case 1:
                        ledger.Close();
                        isOpen = false;
                        Forget();
                        break;
                    case <= 4 when pool.TryRent() is { } slot:
                        var frame = slot.Publish();
                        var expected = !isOpen ? LeaseAnswer.OtherPool
                            : held.Count + reserved.Count(static place => place.IsCurrent) < Maximum ? LeaseAnswer.Reserved
                            : LeaseAnswer.LimitReached;
                        Assert.Equal(expected, ledger.TryReserve(frame, out var life));
                        Assert.Equal(LeaseAnswer.OtherPool, ledger.TryReserve(stranger, out _));
                        if (expected == LeaseAnswer.Reserved) reserved.Add((frame, life, true));
                        else frame.Return();
                        break;
                    case <= 6 when reserved.Count > 0:
                        var (kept, mapping, isCurrent) = reserved[0];
                        reserved.RemoveAt(0);
                        Assert.Equal(isCurrent, ledger.TryKeep(kept, mapping, out var place));
                        if (isCurrent) held.Add((uint)place);
                        else ledger.Cancel(mapping);
                        kept.Return();
                        break;
                    case 7 when reserved.Count > 0:
                        ledger.Cancel(reserved[^1].Life);
                        reserved[^1].Frame.Return();
                        reserved.RemoveAt(reserved.Count - 1);
                        break;
                    default:
                        Assert.Equal(held.Remove((uint)which), ledger.TryReturn((uint)which));
                        break;
                }

                Assert.Equal(held.Count + reserved.Count(static place => place.IsCurrent), ledger.Count);
                Assert.All(Enumerable.Range(0, 8), slot => Assert.Equal(held.Contains((uint)slot), ledger.Holds((uint)slot)));
            }

            ledger.Close();
            foreach (var (frame, _, _) in reserved) frame.Return();
            stranger.Return();
            return pool.Leased == 0 && ledger.Count == 0;

            void Forget()
            {
                held.Clear();
                for (var i = 0; i < reserved.Count; i++) reserved[i] = reserved[i] with { IsCurrent = false };
            }
        }).QuickCheckThrowOnFailure();
    }
}
