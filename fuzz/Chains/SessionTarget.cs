using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fuzz.Inputs;
using CameraFabric.Fuzz.Targets;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fuzz.Chains;

/// <summary>
/// A camera session on real rings in real shared memory, all on one thread: the input is what the guest, the camera and the clock do, and
/// after each step of the device the oracles look.
/// </summary>
internal sealed partial class SessionTarget : IFuzzTarget
{
    private const ulong SessionId = 7;
    private const ulong AllFeatures = VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors;
    private readonly Func<FuzzRandom, Step> _newStep;
    private readonly GuestRam _ram = new();
    private readonly FuzzHost _host = new();
    private readonly FramePool _pool = new("fuzzed-frames", FuzzCamera.FrameBytes, 4);
    private readonly List<ChainRequest> _claimed = [];
    private readonly List<ChainRequest> _reports = [];
    private readonly int _tableEvery;
    private GuestQueue[] _guest = [];
    private Virtqueue[] _queues = [];
    private SessionOracles _oracles = null!;
    private CameraSession _session = null!;
    private ManualFrameClock _clock = null!;
    private Observations _seen = null!;
    private int _executions;

    /// <summary>A target.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="newStep">What it likes to try.</param>
    /// <param name="tableEvery">After how many executions the memory table is given up, which shows whether anybody still uses it.</param>
    public SessionTarget(string name, Func<FuzzRandom, Step> newStep, int tableEvery = 1)
    {
        Name = name;
        _newStep = newStep;
        _tableEvery = tableEvery;
    }

    public string Name { get; }

    /// <summary>For tests of the oracles: called after each step with the step's number and the memory, as if it were the device.</summary>
    internal Action<int, SessionTarget>? Defect { get; set; }

    internal GuestRam Ram => _ram;

    internal CameraSession Session => _session;

    internal FuzzHost Host => _host;

    internal FramePool Pool => _pool;

    internal Virtqueue Queue(int index) => _queues[index];

    public Step NewStep(FuzzRandom random) => _newStep(random);

    public void Run(ReadOnlySpan<Step> steps, Observations seen)
    {
        _seen = seen;
        var setup = steps.Length > 0 && steps[0].Kind == StepKind.Setup ? steps[0] : Step.Of(StepKind.Setup);
        Begin(setup);
        for (var i = 0; i < steps.Length; i++)
        {
            var before = _session.State;
            _seen.State = (uint)before | ((uint)_session.Role << 3) | (_session.InFlight > 0 ? 32u : 0) | (_host.Asks > 0 ? 64u : 0);
            Play(steps[i]);
            if (Defect is { } defect)
            {
                defect(i, this);
                _oracles.AfterDevice("defect", _seen);
            }

            if (before != _session.State) _seen.See(1, (uint)steps[i].Kind, (uint)before, (uint)_session.State);
        }

        End();
    }

    public void Dispose()
    {
        _pool.Dispose();
        _ram.Dispose();
    }

    private void Begin(in Step setup)
    {
        _ram.Clear();
        _host.Clear();
        _claimed.Clear();
        _reports.Clear();
        _lastId = 0;
        _slots = 0;
        _sequence = 0;
        _clock = new ManualFrameClock(5_000_000_000);
        var (features, start) = (AllFeatures & ~(setup.C << 28), (ushort)setup.F);
        var size = GuestRam.MaximumRingSize >> (int)(setup.D % 4);
        _guest = [.. Enumerable.Range(0, CameraWire.QueueCount).Select(i => new GuestQueue(_ram, i, size, features))];
        foreach (var queue in _guest) queue.Begin(start);
        _queues = [.. _guest.Select(queue => Start(queue, features, start))];
        _oracles = new SessionOracles(_ram, _guest);
        var options = new CameraSessionOptions
        {
            SessionId = SessionId,
            MayAcquire = true,
            MaximumInFlight = setup.E is >= 1 and <= 16 ? (int)setup.E : 16,
            MaximumBuffers = 8,
            MaximumBufferBytes = 1 << 16,
            MaximumBufferEntries = 64,
            MaximumCommandBytes = 4096,
            MaximumQueuedEvents = 16,
        };
        var profile = FuzzCamera.Profiles[(int)(setup.B % (ulong)FuzzCamera.Profiles.Length)];
        _session = new CameraSession(options, profile, (SessionRole)(setup.A % 3), _host, _clock);
        _features = features;
    }

    private Virtqueue Start(GuestQueue queue, ulong features, ushort start) => Virtqueue.Start(new VirtqueueSettings
    {
        Index = queue.Index,
        Size = queue.Size,
        Features = features,
        Base = start,
        Addresses = queue.Addresses,
        Memory = _ram.Table,
    });

    // Everything is undone, and then nothing may be left.
    private void End()
    {
        var isBroken = _session.State == SessionState.Broken;
        Device("stop", static target => target._session.Stop());
        FinishDelivery();
        Balance("reset", isBroken);
        foreach (var queue in _queues) queue.Stop();
        foreach (var queue in _queues) Oracle.Expect(queue.Held == 0, $"queue {queue.Index} holds {queue.Held} chains after its stop");
        _oracles.AfterDevice("end", _seen);
        if (++_executions % _tableEvery != 0) return;
        Oracle.Expect(_ram.Renew(), $"the memory table is still in use after the end of all queues ({_tableEvery} executions share one)");
    }

    // After a reset of the session and the end of every delivery.
    private void Balance(string when, bool isBroken)
    {
        Oracle.Expect(_session.InFlight == 0, $"{when}: {_session.InFlight} requests are still in flight");
        Oracle.Expect(_session.AttachedBuffers == 0, $"{when}: {_session.AttachedBuffers} buffers are still attached");
        Oracle.Expect(_session.AttachedBytes == 0, $"{when}: {_session.AttachedBytes} bytes are still attached");
        Oracle.Expect(_session.QueuedEvents == 0, $"{when}: {_session.QueuedEvents} events still wait");
        Oracle.Expect(_pool.Leased == 0 && _pool.Free == _pool.Slots, $"{when}: {_pool.Leased} frames are still leased");

        // The chain by which the guest broke the device, and those behind it, are forgotten with the queue.
        if (isBroken) return;
        foreach (var queue in _queues) Oracle.Expect(queue.Held == 0, $"{when}: queue {queue.Index} holds {queue.Held} chains");
    }

    private void Device(string step, Action<SessionTarget> act)
    {
        _oracles.BeforeDevice();
        act(this);
        _oracles.AfterDevice(step, _seen);
    }

    private void Pump(int index, ulong most)
    {
        var guest = _guest[index];
        for (ulong count = 0; (most == 0 || count < most) && _session.State != SessionState.Broken; count++)
        {
            _oracles.BeforeDevice();
            GuestChain? predicted = null;
            var sight = _queues[index].IsRunning ? guest.Predict(!_oracles.IsBlind, out predicted) : GuestQueue.Sight.Nothing;
            DescriptorChain? chain;
            try
            {
                chain = _queues[index].TryPop();
            }
            catch (VirtqueueException e)
            {
                _seen.See(2, e.Message);
                if (!_oracles.IsBlind) Oracle.Expect(sight == GuestQueue.Sight.Violation,
                    $"queue {index} refuses what is right: {e.Message}");
                Oracle.Expect(!_queues[index].IsRunning, $"queue {index} goes on after a violation");
                _oracles.AfterDevice("pop", _seen);
                return;
            }

            if (chain is null)
            {
                if (!_oracles.IsBlind) Oracle.Expect(sight == GuestQueue.Sight.Nothing,
                    $"queue {index} gives nothing, where there is {sight}");
                _oracles.AfterDevice("pop", _seen);
                return;
            }

            Oracle.Expect(sight == GuestQueue.Sight.Chain, $"queue {index} gives chain {chain.Head}, where there is {sight}");
            Oracle.Expect(chain.Head == predicted!.Head && chain.ReadableBytes == predicted.ReadableBytes
                && chain.WritableBytes == predicted.WritableBytes,
                $"queue {index} gives chain {chain.Head} of {chain.ReadableBytes}+{chain.WritableBytes} bytes; the ring has "
                + $"{predicted.Head} of {predicted.ReadableBytes}+{predicted.WritableBytes}");
            guest.Take(predicted);
            _oracles.Taken(predicted);
            _oracles.NoteBuffers(predicted, index);
            switch (index)
            {
                case CameraWire.ControlQueue: _session.OnCommand(chain); break;
                case CameraWire.EventQueue: _session.OnEventBuffer(chain); break;
                default: _session.OnRequest(chain); break;
            }

            _oracles.AfterDevice("serve", _seen);
            if (_host.Violation is { } violation) _seen.See(3, violation);
        }
    }
}
