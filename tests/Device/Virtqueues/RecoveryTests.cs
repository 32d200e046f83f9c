using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.Virtqueues;

/// <summary>
/// A driver on a device whose process is killed between any two stores and started again on the same ring and the same in-flight
/// memory. Every chain comes back to the driver exactly once; one that was in flight is given to the next life first, in order.
/// </summary>
public sealed class RecoveryTests
{
    private const ulong EventIndex = VirtioFeatures.Version1 | VirtioFeatures.EventIndex;

    private enum Step
    {
        Add,
        Pop,
        Complete,
        CompleteLast,
        Reap,
    }

    [Theory]
    [InlineData(VirtioFeatures.Version1)]
    [InlineData(EventIndex)]
    public void Killed_at_any_store_and_once_more_while_recovering_nothing_is_lost_and_nothing_comes_twice(ulong features)
    {
        Step[] script = [Step.Add, Step.Add, Step.Add, Step.Pop, Step.Pop, Step.Pop, Step.CompleteLast, Step.Complete, Step.Reap,
            Step.Add, Step.Add, Step.Pop, Step.CompleteLast, Step.Pop, Step.Complete, Step.Reap, Step.Complete, Step.Add, Step.Pop];
        var stores = Run(4, 65534, features, script, []);
        Assert.InRange(stores, 30, 200);
        for (var first = 0; first <= stores; first++)
        {
            for (var second = 0; second <= 12; second++) Run(4, 65534, features, script, [first, second]);
        }
    }

    [Theory]
    [InlineData(VirtioFeatures.Version1)]
    [InlineData(EventIndex)]
    [InlineData(EventIndex | VirtioFeatures.IndirectDescriptors)]
    public void Killed_again_and_again_nothing_is_lost_and_nothing_comes_twice(ulong features)
    {
        var runs = Gen.Elements(1, 2, 4, 16)
            .SelectMany(size => Gen.Elements<ushort>(0, 1, 32767, 65530).SelectMany(start =>
                Gen.Elements(Enum.GetValues<Step>()).ListOf(200).SelectMany(steps =>
                    Gen.Choose(0, 40).ListOf(20).Select(lives => (Size: size, Start: start, Steps: steps.ToArray(), Lives: lives.ToArray())))))
            .ToArbitrary();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100),
            Prop.ForAll(runs, run => { Run(run.Size, run.Start, features, run.Steps, run.Lives); }));
    }

    /// <summary>Runs a script; each life ends after so many stores, the last one lives. Returns how many stores all made.</summary>
    private static int Run(int size, ushort start, ulong features, Step[] script, int[] lives)
    {
        using var world = new World(size, start, features, lives);
        foreach (var step in script) world.Do(step);
        world.Finish();
        return world.Stores;
    }

    private sealed class KilledException : Exception;

    private sealed class World : IDisposable
    {
        private readonly TestMemory _guest = new();
        private readonly DriverRing _ring;
        private readonly MemoryFile _file;
        private readonly MappedMemory _noted;
        private readonly Queue<int> _lives;
        private readonly List<int> _taken = []; // by the device, in order, and not yet back at the driver
        private readonly Queue<int> _offered = new(); // by the driver, and never taken
        private readonly List<DescriptorChain> _held = [];
        private readonly Queue<int> _expected = new(); // what this life must be given again
        private Virtqueue? _queue;
        private int? _left;
        private bool _kicked;
        private bool _called;
        private int _added;
        private int _reaped;
        private (int Id, ushort UsedBefore)? _completing;

        public World(int size, ushort start, ulong features, int[] lives)
        {
            _ring = new DriverRing(_guest, size, features, start: start);
            _file = MemoryFile.Create("in-flight", InflightQueue.Bytes(size));
            _noted = _file.Map(MapAccess.ReadWrite);
            _lives = new Queue<int>(lives);
            Live(start);
        }

        public int Stores { get; private set; }

        public void Do(Step step)
        {
            try
            {
                switch (step)
                {
                    case Step.Add: Add(); break;
                    case Step.Pop: Pop(); break;
                    case Step.Complete: Complete(0); break;
                    case Step.CompleteLast: Complete(_held.Count - 1); break;
                    case Step.Reap: Reap(); break;
                }
            }
            catch (KilledException)
            {
                Live(0);
            }
        }

        public void Finish()
        {
            while (_kicked || _held.Count > 0 || _called)
            {
                Do(Step.Pop);
                Do(Step.Complete);
                Do(Step.Reap);
            }

            Assert.Empty(_offered);
            Assert.Empty(_expected);
            Assert.Equal((_added, 0), (_reaped, _ring.Pending));
            Assert.Equal(_ring.AvailableIndex, _queue!.Stop());
        }

        public void Dispose()
        {
            _queue?.Stop();
            _noted.Dispose();
            _file.Dispose();
            _guest.Dispose();
        }

        /// <summary>Starts the next life, which may be killed while it starts.</summary>
        private void Live(ushort start)
        {
            while (true)
            {
                _queue?.Stop(); // touches nothing that is shared
                _queue = null;
                _held.Clear();
                _expected.Clear();
                _left = _lives.TryDequeue(out var left) ? left : null;

                // Killed while it gave one back: the driver sees it, or does not.
                if (_completing is { } last && _ring.UsedIndex != last.UsedBefore) _taken.Remove(last.Id);
                try
                {
                    var inflight = new InflightQueue(_noted, 0, _ring.Size) { BeforeStore = Store };
                    _queue = Virtqueue.Start(_ring.Settings(Call, start) with { Inflight = inflight });
                }
                catch (KilledException)
                {
                    continue;
                }

                foreach (var id in _taken) _expected.Enqueue(id);
                Assert.Equal(_taken.Count, _queue.InFlightAtStart);
                Assert.Equal(_taken.Count + _offered.Count > 0, _queue.HasAvailable);
                _kicked = true; // a queue that starts is looked at
                return;
            }
        }

        private void Store()
        {
            if (_left is 0) throw new KilledException();
            _left--;
            Stores++;
        }

        private void Call()
        {
            Store(); // killed before the call is as good as killed at a store
            _called = true;
        }

        private void Add()
        {
            if (_ring.FreeDescriptors == 0) return;
            var id = _added++;
            var place = _ring.Buffers + (id % 64 * 64);
            BitConverter.TryWriteBytes(_guest.Bytes.Write(place, 4), id);
            _offered.Enqueue(id);
            _kicked |= _ring.Add([(DriverRing.AddressOf(place), 4, false)], (_ring.Features & VirtioFeatures.IndirectDescriptors) != 0, id);
        }

        private void Pop()
        {
            if (!_kicked) return;
            if (_queue!.TryPop() is not { } chain)
            {
                _kicked = false;
                return;
            }

            Span<byte> bytes = stackalloc byte[4];
            chain.Read(0, bytes);
            var id = BitConverter.ToInt32(bytes);
            Assert.Equal(_expected.Count > 0, chain.WasInFlight);
            Assert.Equal(chain.WasInFlight ? _expected.Dequeue() : _offered.Dequeue(), id);
            if (!chain.WasInFlight) _taken.Add(id);
            chain.Tag = id;
            _held.Add(chain);
        }

        private void Complete(int which)
        {
            if (_held.Count == 0) return;
            var chain = _held[which];
            var id = (int)chain.Tag!;
            _completing = (id, _ring.UsedIndex);
            Assert.True(_queue!.Complete(chain, 0));
            _taken.Remove(id);
            _held.RemoveAt(which);
        }

        private void Reap()
        {
            if (!_called) return;
            if (!_ring.TryReap(out _, out _))
            {
                _ring.WantCalls();
                if (!_ring.TryReap(out _, out _))
                {
                    _called = false;
                    return;
                }
            }

            _ring.DeclineCalls();
            _reaped++;
        }
    }
}
