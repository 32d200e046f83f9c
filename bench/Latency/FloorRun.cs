using CameraFabric.Platform;

namespace CameraFabric.Bench.Latency;

/// <summary>
/// The floor: what the copy alone takes on this machine. As many threads as the fabric has for frames (one captures, one copies for each
/// camera, one waits for each guest of each camera), the same pace, the same bytes from and to memory files, the same blocked copy past
/// the cache, eventfds to wake one another. No actors, no protocol, no accounts.
/// </summary>
internal sealed class FloorRun : IFrameLoad
{
    private const int Slots = 8;
    private const int Buffers = 4;
    private readonly Camera[] _cameras;
    private readonly CancellationTokenSource _end = new();
    private readonly Pace _pace;

    public FloorRun(int cameras, int guests, int frameBytes, Pace pace)
    {
        _pace = pace;
        _cameras = [.. Enumerable.Range(0, cameras).Select(_ => new Camera(this, guests, frameBytes))];
    }

    public IReadOnlyList<Arrivals> Guests =>
        [.. _cameras.SelectMany(static camera => camera.Guests).Select(static guest => guest.Arrivals)];

    /// <summary>How long copying a frame to all guests of its camera took, nanoseconds.</summary>
    public IEnumerable<long> CopyTimes => _cameras.SelectMany(static camera => camera.CopyTimes);

    public void Begin()
    {
        foreach (var guest in Guests) guest.Begin();
        foreach (var camera in _cameras) camera.Running.Set();
    }

    public void Pause()
    {
        foreach (var camera in _cameras) camera.Running.Reset();
        Wait.For(TimeSpan.FromMilliseconds(100)); // what is on its way arrives
    }

    public void Dispose()
    {
        _end.Cancel();
        foreach (var camera in _cameras) camera.Dispose();
        _end.Dispose();
    }

    private sealed class Guest(int frameBytes, long period) : IDisposable
    {
        private readonly MemoryFile _file = MemoryFile.Create("floor-guest", (long)Buffers * frameBytes);
        private MappedMemory? _memory;

        public long[] Complete { get; } = new long[Buffers];

        public long Latest;

        public EventFd Call { get; } = EventFd.Create();

        public Arrivals Arrivals { get; } = new(period);

        public MappedMemory Memory => _memory ??= _file.Map(MapAccess.ReadWrite, populate: true);

        public void Run(CancellationToken end)
        {
            var seen = 0L;
            while (!end.IsCancellationRequested)
            {
                if (!Call.Wait(TimeSpan.FromMilliseconds(500))) continue;
                for (var latest = Volatile.Read(ref Latest); seen < latest;)
                {
                    seen++;
                    Arrivals.Add((ulong)seen, Complete[seen % Buffers], FrameClock.System.Now);
                }
            }
        }

        public void Dispose()
        {
            _memory?.Dispose();
            _file.Dispose();
            Call.Dispose();
        }
    }

    private sealed class Camera : IDisposable
    {
        private readonly FloorRun _run;
        private readonly int _frameBytes;
        private readonly MemoryFile _file;
        private readonly MappedMemory _source;
        private readonly long[] _complete = new long[Slots];
        private readonly EventFd _captured = EventFd.Create();
        private readonly Thread[] _threads;
        private long _latest;

        public Camera(FloorRun run, int guests, int frameBytes)
        {
            (_run, _frameBytes) = (run, frameBytes);
            _file = MemoryFile.Create("floor-source", (long)Slots * frameBytes);
            _source = _file.Map(MapAccess.ReadWrite, populate: true);
            Guests = [.. Enumerable.Range(0, guests).Select(_ => new Guest(frameBytes, run._pace.PeriodNanoseconds))];
            foreach (var guest in Guests) _ = guest.Memory;
            _threads = [new Thread(Capture), new Thread(Deliver), .. Guests.Select(guest => new Thread(() => guest.Run(run._end.Token)))];
            foreach (var thread in _threads) thread.Start();
        }

        public Guest[] Guests { get; }

        public List<long> CopyTimes { get; } = new(4096);

        public ManualResetEventSlim Running { get; } = new();

        public void Dispose()
        {
            foreach (var thread in _threads) thread.Join();
            foreach (var guest in Guests) guest.Dispose();
            _source.Dispose();
            _file.Dispose();
            _captured.Dispose();
            Running.Dispose();
        }

        private void Capture()
        {
            var end = _run._end.Token;
            var sequence = 0L;
            while (!end.IsCancellationRequested)
            {
                try
                {
                    Running.Wait(end);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                if (!FrameClock.System.WaitUntil(_run._pace.Next(FrameClock.System.Now), end)) return;
                sequence++;
                _complete[sequence % Slots] = FrameClock.System.Now;
                Volatile.Write(ref _latest, sequence);
                _captured.Signal();
            }
        }

        private void Deliver()
        {
            var done = 0L;
            while (!_run._end.IsCancellationRequested)
            {
                if (!_captured.Wait(TimeSpan.FromMilliseconds(500))) continue;
                while (done < Volatile.Read(ref _latest)) Copy(++done);
            }
        }

        private void Copy(long sequence)
        {
            var began = FrameClock.System.Now;
            var (from, to) = (sequence % Slots * _frameBytes, sequence % Buffers * _frameBytes);
            for (var offset = 0; offset < _frameBytes; offset += FrameCopy.BlockBytes)
            {
                var block = Math.Min(FrameCopy.BlockBytes, _frameBytes - offset);
                var pixels = _source.Read(from + offset, block);
                foreach (var guest in Guests) FrameCopy.ToOne(pixels, guest.Memory.Write(to + offset, block), nonTemporal: true);
            }

            FrameCopy.Fence();
            CopyTimes.Add(FrameClock.System.Now - began);
            foreach (var guest in Guests)
            {
                guest.Complete[sequence % Buffers] = _complete[sequence % Slots];
                Volatile.Write(ref guest.Latest, sequence);
                guest.Call.Signal();
            }
        }
    }
}
