using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Program;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Guest.Tests.Program;

public sealed class HeldRequestsTests
{
    [Fact]
    public void The_soonest_leaves_first_and_equals_leave_in_order()
    {
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(0, 6).ListOf().ToArbitrary(), list =>
        {
            var dues = list.ToArray();
            var held = new HeldRequests<CameraRequest>(Math.Max(dues.Length, 1));
            for (var i = 0; i < dues.Length; i++) held.Add(new CameraRequest(null!, i), dues[i]);
            Assert.Equal(dues.Length == 0 ? long.MaxValue : dues.Min(), held.NextDue);
            var order = new List<int>();
            while (held.TryTake(3, out var request)) order.Add(request!.Slot);
            Assert.Equal(Enumerable.Range(0, dues.Length).Where(i => dues[i] <= 3).OrderBy(i => dues[i]), order);
            Assert.Equal(dues.Count(d => d > 3), held.Count);
        }));
    }
}
