using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Tests.Frames;

public sealed class FramePoolModelTests
{
    // What the pool should think of a slot.
    private sealed class Slot
    {
        public uint Generation;
        public int Leases;
        public FrameSlot? Writer;
        public Frame? Frame;
        public readonly List<FrameLease> Extra = [];
    }

    [Fact]
    public void Pool_behaves_like_its_model_whatever_happens_to_it() => Properties.Hold(decisions =>
    {
        var count = decisions.Between(1, 4);
        using var pool = new FramePool("model", 64, count);
        var model = Enumerable.Range(0, count).Select(_ => new Slot()).ToArray();
        var handles = new List<FrameHandle>();
        while (decisions.AreLeft)
        {
            Step(pool, model, handles, decisions);
            Compare(pool, model, handles);
        }
        foreach (var slot in model)
        {
            slot.Writer?.Abandon();
            for (; slot.Leases > 0; slot.Leases--)
                slot.Frame!.Return();
        }
        Assert.Equal(count, pool.Free);
    });

    private static void Step(FramePool pool, Slot[] model, List<FrameHandle> handles, Decisions decisions)
    {
        var slot = model[decisions.Below(model.Length)];
        switch (decisions.Below(7))
        {
            case 0:
                var rented = pool.TryRent();
                Assert.Equal(model.All(one => one.Writer is not null || one.Leases > 0), rented is null);
                if (rented is not null)
                {
                    model[rented.Index].Writer = rented;
                    model[rented.Index].Generation++;
                }
                break;
            case 1 when slot.Writer is not null:
                slot.Frame = slot.Writer.Publish();
                slot.Writer = null;
                slot.Leases = 1;
                handles.Add(slot.Frame.Handle);
                break;
            case 2 when slot.Writer is not null:
                slot.Writer.Abandon();
                slot.Writer = null;
                break;
            case 3 when slot.Leases > 0:
                slot.Extra.Add(slot.Frame!.Lease());
                slot.Leases++;
                break;
            case 4 when slot.Leases > slot.Extra.Count:
                slot.Frame!.Return();
                slot.Leases--;
                break;
            case 5 when slot.Extra.Count > 0:
                slot.Extra[^1].Dispose();
                slot.Extra.RemoveAt(slot.Extra.Count - 1);
                slot.Leases--;
                break;
            case 6 when handles.Count > 0:
                var handle = handles[decisions.Below(handles.Count)];
                var of = model[handle.Slot];
                var isThere = of.Leases > 0 && of.Generation == handle.Generation;
                Assert.Equal(isThere, pool.TryLease(handle, out var lease));
                if (isThere)
                {
                    of.Extra.Add(lease);
                    of.Leases++;
                }
                break;
            case 4 or 5 when slot.Frame is not null && slot.Leases == 0:
                Assert.Throws<InvalidOperationException>(slot.Frame.Return);
                break;
        }
    }

    private static void Compare(FramePool pool, Slot[] model, List<FrameHandle> handles)
    {
        Assert.Equal(model.Count(slot => slot.Writer is null && slot.Leases == 0), pool.Free);
        Assert.Equal(model.Count(slot => slot.Leases > 0), pool.Leased);
        foreach (var slot in model)
            if (slot.Frame is not null)
                Assert.Equal(slot.Writer is null ? slot.Leases : 0, slot.Frame.Leases);
        Assert.Equal(handles.Count, handles.Distinct().Count());
    }
}
