using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Trials;
using CameraFabric.Platform;

namespace CameraFabric.Hosting.Soak;

/// <summary>
/// A soak: a fabric in a process of its own, guests in theirs, and a plan of faults that is carried out while they stream. What the fabric
/// holds is looked at before the first fault and after the last.
/// </summary>
internal sealed class SoakRun : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Overtime = TimeSpan.FromSeconds(30);

    // All programs start at once, and are compiled while they do. What guests miss of that is no fault of one another.
    private const string SettleSeconds = "4";

    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    private readonly string _folder;
    private readonly SoakPlan _plan;
    private readonly Action<string> _say;
    private readonly Random _chance;
    private readonly Pacemaker _pacemaker = new(TimeSpan.FromSeconds(0.5 / SoakRig.Rate));
    private readonly List<GuestProcess> _undisturbed = [];
    private readonly List<IReadOnlyList<GuestReport>> _killed = [];
    private readonly StutterWatch _stutters;
    private readonly Dictionary<SoakFault, FaultTally> _tally = [];
    private RigProcess? _fabric;
    private GuestProcess? _witness;
    private GuestProcess? _victim;
    private long _began;

    /// <summary>A soak that has not begun.</summary>
    /// <param name="folder">For rig, sockets and logs.</param>
    /// <param name="seed">What the plan was drawn with.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="say">Told of each fault as it happens.</param>
    public SoakRun(string folder, int seed, SoakPlan plan, Action<string> say)
    {
        _folder = folder;
        _plan = plan;
        _say = say;
        _chance = new Random(seed);
        _stutters = new StutterWatch(_pacemaker, Say);
    }

    /// <summary>Runs the whole plan and judges.</summary>
    /// <exception cref="IOException">The fabric did not start, or died.</exception>
    public async Task<SoakSummary> RunAsync(CancellationToken cancellation)
    {
        _fabric = await RigProcess.StartAsync(SoakRig.Write(_folder, _plan.SensorFaults), LogFile, cancellation);
        foreach (var (name, cameras, words) in SoakRig.Undisturbed) _undisturbed.Add(StartGuest(name, cameras, [.. words, "--settle", SettleSeconds]));
        _witness = StartGuest(SoakRig.Witness, ["shaky"]);
        _victim = StartVictim();
        _began = FrameClock.System.Now;
        await PassUntilAsync(_plan.Quiet - Beat, cancellation);
        var before = ProcessFootprint.Of(_fabric.Id);
        foreach (var step in _plan.Steps)
        {
            await PassUntilAsync(step.At, cancellation);
            await CarryOutAsync(step, cancellation);
        }

        await PassUntilAsync(_plan.Length - Beat, cancellation);
        var after = ProcessFootprint.Of(_fabric.Id);
        var status = await _fabric.StatusAsync(cancellation);
        var inTime = await Task.WhenAll(Guests.Select(guest => guest.WaitAsync(Overtime, cancellation)));
        _stutters.Look(_undisturbed, Elapsed > Settled);
        var balance = await _fabric.StopAsync(cancellation);
        return SoakSummary.Judge(new SoakFindings(
            Elapsed, _plan, before, after, status, balance, [.. _undisturbed.SelectMany(guest => guest.Reports)], _witness.Reports, _killed, _victim.Reports,
            _tally, _stutters.All, _stutters.WithTheMachine, _pacemaker.Stalls, Array.TrueForAll(inTime, ended => ended), [.. _undisturbed.SelectMany(guest => guest.Complaints)]));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var guest in Guests) guest.Dispose();
        _fabric?.Dispose();
        _pacemaker.Dispose();
        return ValueTask.CompletedTask;
    }

    private string LogFile => Path.Combine(_folder, "fabric.log");

    private void Say(string what) => _say($"{Elapsed.TotalSeconds,6:F1} s  {what}");

    private TimeSpan Elapsed => TimeSpan.FromMicroseconds((FrameClock.System.Now - _began) / 1000.0);

    private IEnumerable<GuestProcess> Guests => [.. _undisturbed, .. _witness is null ? (GuestProcess[])[] : [_witness], .. _victim is null ? (GuestProcess[])[] : [_victim]];

    private async Task CarryOutAsync(SoakStep step, CancellationToken cancellation)
    {
        Say($"{step.Fault}");
        var tally = _tally.TryGetValue(step.Fault, out var known) ? known : _tally[step.Fault] = new FaultTally();
        switch (step.Fault)
        {
            case SoakFault.GuestKilled:
                await _victim!.KillAsync();
                _killed.Add(_victim.Reports);
                _victim.Dispose();
                await PassUntilAsync(Elapsed + step.Pause, cancellation);
                _victim = StartVictim();
                tally.Add(TimeSpan.Zero);
                break;
            case SoakFault.GuestFrozen:
                _victim!.Freeze(true);
                await PassUntilAsync(Elapsed + step.Pause, cancellation);
                _victim.Freeze(false);
                tally.Add(TimeSpan.Zero);
                break;
            default:
                var visitor = new HostileVisitor(Socket(SoakRig.Intruder, "steady"), new Random(_chance.Next()));
                tally.Add(await Task.Factory.StartNew(
                    () => visitor.Visit(step.Fault), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
                break;
        }
    }

    /// <summary>Lets time pass, looking at the guests on the way.</summary>
    private async Task PassUntilAsync(TimeSpan moment, CancellationToken cancellation)
    {
        while (moment - Elapsed is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < Beat ? left : Beat, TimeProvider.System, cancellation);
            _stutters.Look(_undisturbed, Elapsed > Settled);
            if (_fabric!.HasExited) throw new IOException($"the fabric died after {Elapsed.TotalSeconds:F1} s; its log is {LogFile}");
        }
    }

    private GuestProcess StartVictim() => StartGuest(SoakRig.Victim, ["steady", "shaky", "drive"]);

    private GuestProcess StartGuest(string name, string[] cameras, params ReadOnlySpan<string> words) =>
        GuestProcess.Start(name, [.. cameras.Select(camera => Socket(name, camera))], Math.Max(2, (_plan.Length - (_began == 0 ? TimeSpan.Zero : Elapsed)).TotalSeconds), words);

    private string Socket(string guest, string camera) => Path.Combine(_folder, $"{guest}.{camera}.sock");
}
