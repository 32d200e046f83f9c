using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Virtqueues;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.Virtqueues;

/// <summary>
/// Random steps of a driver and a device against a model: each wakes only by the other's notification. At the end everything that the
/// driver made available must have come back exactly once, with the right bytes.
/// </summary>
public sealed class ModelTests
{
    private enum Step
    {
        Add,
        AddTwo,
        Pop,
        Complete,
        CompleteLast,
        Reap,
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(VirtioFeatures.EventIndex)]
    [InlineData(VirtioFeatures.IndirectDescriptors)]
    [InlineData(VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors)]
    public void Every_chain_comes_back_once_and_no_notification_is_missed(ulong features)
    {
        var steps = Gen.Elements(Enum.GetValues<Step>()).ListOf(200);
        var starts = Gen.Elements<ushort>(0, 1, 32767, 65500, 65535);
        var sizes = Gen.Elements(1, 2, 4, 16);
        var runs = sizes
            .SelectMany(size => starts.SelectMany(start => steps.Select(list => (Size: size, Start: start, Steps: list.ToArray()))))
            .ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(runs, run =>
        {
            using var model = new Model(run.Size, VirtioFeatures.Version1 | features, run.Start);
            foreach (var step in run.Steps) model.Do(step);
            model.Finish();
        }));
    }

    private sealed class Model : IDisposable
    {
        private readonly TestMemory _guest = new();
        private readonly DriverRing _ring;
        private readonly Virtqueue _queue;
        private readonly List<DescriptorChain> _held = [];
        private readonly Queue<int> _expectedAtDevice = new();
        private readonly HashSet<int> _expectedAtDriver = [];
        private readonly bool _mayBeIndirect;
        private bool _kicked = true; // a queue that starts is looked at
        private bool _called;
        private int _added;
        private int _reaped;

        public Model(int size, ulong features, ushort start)
        {
            _mayBeIndirect = (features & VirtioFeatures.IndirectDescriptors) != 0;
            _ring = new DriverRing(_guest, size, features, start: start);
            _queue = Virtqueue.Start(_ring.Settings(() => _called = true, start));
        }

        public void Do(Step step)
        {
            switch (step)
            {
                case Step.Add: Add(); break;
                case Step.AddTwo: Add(); Add(); break;
                case Step.Pop: Pop(); break;
                case Step.Complete: Complete(0); break;
                case Step.CompleteLast: Complete(_held.Count - 1); break;
                case Step.Reap: Reap(); break;
            }

            Assert.Equal(_held.Count, _queue.Held);
        }

        /// <summary>Lets both go on until neither has been told of anything: a missed notification leaves something behind.</summary>
        public void Finish()
        {
            while (_kicked || _held.Count > 0 || _called)
            {
                Pop();
                Complete(0);
                Reap();
            }

            Assert.Empty(_expectedAtDevice);
            Assert.Empty(_expectedAtDriver);
            Assert.Equal(_added, _reaped);
            Assert.Equal(0, _ring.Pending);
            Assert.Equal(_ring.AvailableIndex, _queue.Stop());
        }

        public void Dispose()
        {
            _queue.Stop();
            _guest.Dispose();
        }

        private void Add()
        {
            var indirect = _mayBeIndirect && _added % 3 != 0;
            var wanted = 1 + (_added % 3);
            var buffers = Math.Min(wanted, indirect ? _ring.Size : _ring.FreeDescriptors);
            if (_ring.FreeDescriptors == 0) return;
            var id = _added++;

            // The first buffer carries the chain's number to the device; the others are for writing.
            var list = new (ulong, uint, bool)[buffers];
            for (var i = 0; i < buffers; i++)
            {
                list[i] = (DriverRing.AddressOf(_ring.Buffers + (id % 64 * 64) + (i * 16)), i == 0 ? 4u : 8u, i > 0);
            }

            BitConverter.TryWriteBytes(_guest.Bytes.Write(_ring.Buffers + (id % 64 * 64), 4), id);
            _expectedAtDevice.Enqueue(id);
            _expectedAtDriver.Add(id);
            _kicked |= _ring.Add(list, indirect, id);
        }

        private void Pop()
        {
            if (!_kicked) return;
            if (_queue.TryPop() is not { } chain)
            {
                _kicked = false;
                return;
            }

            Span<byte> id = stackalloc byte[4];
            Assert.Equal(4, chain.Read(0, id));
            Assert.Equal(_expectedAtDevice.Dequeue(), BitConverter.ToInt32(id));
            chain.Tag = BitConverter.ToInt32(id);
            _held.Add(chain);
        }

        private void Complete(int which)
        {
            if (_held.Count == 0) return;
            var chain = _held[which];
            _held.RemoveAt(which);
            Assert.True(_queue.Complete(chain, Math.Min(chain.WritableBytes, (int)chain.Tag! % 9)));
        }

        private void Reap()
        {
            if (!_called) return;
            if (!_ring.TryReap(out var tag, out var written))
            {
                _ring.WantCalls();
                if (!_ring.TryReap(out tag, out written))
                {
                    _called = false;
                    return;
                }
            }

            _ring.DeclineCalls();
            Assert.True(_expectedAtDriver.Remove((int)tag!), $"chain {tag} came back twice, or never was there");
            Assert.True(written <= 8);
            _reaped++;
        }
    }
}
