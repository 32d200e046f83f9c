using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Tests.Fakes;

namespace CameraFabric.Fabric.Tests.FanOut;

public sealed class FanOutBalanceTests
{
    [Fact]
    public void Whatever_happens_every_request_ends_once_every_lease_comes_back_and_the_books_balance() => Properties.Hold(decisions =>
    {
        using var run = new Run(decisions);
        run.Play();
    });

    private sealed class Run : IDisposable
    {
        private readonly Decisions _decisions;
        private readonly HeldDelivery _delivery = new();
        private readonly TestFrames _frames = new(slots: 4);
        private readonly CameraMeter _meter = new("camera", "fake");
        private readonly List<RequestBench> _benches = [];
        private readonly FanOutTable _table;
        private long _offeredFrames;

        public Run(Decisions decisions)
        {
            _decisions = decisions;
            _table = new FanOutTable(_meter, _delivery) { IsPerFrame = true };
            _delivery.Ended = (session, request) => _benches.Single(bench => bench.Entry == session).Session.OnRequestCompleted(request);
            SessionRole[] roles = decisions.Below(2) == 0
                ? [SessionRole.Owner, SessionRole.Observer, SessionRole.Observer]
                : [SessionRole.Interleaved, SessionRole.Interleaved, SessionRole.Observer];
            foreach (var role in roles) _benches.Add(new RequestBench((ulong)_benches.Count + 1, role));
            foreach (var bench in _benches) _table.Begin(bench.Entry, 1);
        }

        public void Play()
        {
            while (_decisions.AreLeft) Step();
            End();
        }

        public void Dispose()
        {
            foreach (var bench in _benches) bench.Dispose();
            _frames.Dispose();
        }

        private void Step()
        {
            var bench = _benches[_decisions.Below(_benches.Count)];
            switch (_decisions.Below(13))
            {
                case 0 or 1 or 2 or 3 when bench.CanSubmit:
                    _table.Arm(bench.Submit());
                    break;
                case 4 or 5 or 6:
                    Offer();
                    break;
                case 7:
                    _table.Lose(_frames.Skip(), AnySet(), FrameDropReason.NoFreeSlot);
                    break;
                case 8:
                    var set = AnySet();
                    _table.LoseControlSet(set, set >> 40, CameraStatus.TooLate, 0);
                    break;
                case 9:
                    bench.CancelAll();
                    break;
                case 10:
                    _delivery.CarryOut();
                    break;
                case 11:
                    _delivery.IsFull = !_delivery.IsFull;
                    break;
                case 12 when bench.Entry.IsStreaming:
                    _table.End(bench.Entry);
                    break;
                case 12:
                    _table.Begin(bench.Entry, 1);
                    break;
            }

            bench.Reap();
        }

        private void Offer()
        {
            if (_frames.TryMake(AnySet(), generation: _decisions.Below(8) == 0 ? 2u : 1u) is not { } frame) return;
            _table.Offer(frame);
            frame.Return();
            _offeredFrames++;
        }

        private ulong AnySet()
        {
            var sets = _benches.SelectMany(
                bench => bench.Armed).Where(request => request.ControlSet != 0).Select(request => request.ControlSet).ToArray();
            return sets.Length == 0 || _decisions.Below(3) == 0 ? 0 : sets[_decisions.Below(sets.Length)];
        }

        private void End()
        {
            foreach (var bench in _benches) _table.Remove(bench.Entry);
            _delivery.CarryOutAll();
            foreach (var bench in _benches)
            {
                bench.Reap();
                var meter = bench.Meter.Report();
                Assert.True(meter.Balanced, meter.ToString());
                Assert.Equal(0, meter.UnderWay);
                Assert.Equal(0, meter.RequestsWaiting);
                Assert.Equal(bench.Submitted, (ulong)bench.Results.Count);
                Assert.Equal(meter.Delivered, bench.Results.Count(result => result.Status == CameraStatus.Ok));
            }

            Assert.Equal(_offeredFrames, _meter.FannedOut);
            Assert.Equal(_frames.Pool.Slots, _frames.Pool.Free);
        }
    }
}
