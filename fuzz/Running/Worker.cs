using System.Diagnostics;
using CameraFabric.Fuzz.Inputs;
using CameraFabric.Fuzz.Targets;

namespace CameraFabric.Fuzz.Running;

/// <summary>
/// One process, one thread, one input after the other: each made of inputs that showed something new before, by a random number that
/// depends on the seed and a counter alone.
/// </summary>
internal sealed class Worker
{
    private const int MaximumCorpus = 4096;
    private const int MaximumSaved = 3;
    private const int LookEvery = 64;
    private readonly FuzzOptions _options;
    private readonly Journal? _journal;
    private readonly List<Lane> _lanes = [];
    private readonly Dictionary<uint, int> _saved = [];

    /// <summary>A worker with the corpus of the tree.</summary>
    /// <param name="options">Seed, targets, folders.</param>
    /// <param name="journal">Where to write down what runs; null for none.</param>
    public Worker(FuzzOptions options, Journal? journal)
    {
        _options = options;
        _journal = journal;
        foreach (var (index, (name, share, make)) in FuzzTargets.All.Index())
        {
            if (options.Target != "all" && options.Target != name) continue;
            _lanes.Add(new Lane(index, share, make, [.. FuzzTargets.CorpusFiles(name).Select(file =>
                ScriptText.Read(File.ReadAllText(file)))]));
        }
    }

    /// <summary>Executions so far.</summary>
    public ulong Counter { get; private set; }

    /// <summary>What was found, in the order in which it was found.</summary>
    public List<string> Found { get; } = [];

    /// <summary>Pairs of observations seen, of all targets together.</summary>
    public int Signatures => _lanes.Sum(lane => lane.Seen.Count);

    /// <summary>Runs until told to stop.</summary>
    public void Run(Func<ulong, bool> goesOn)
    {
        foreach (var lane in _lanes)
        {
            foreach (var steps in lane.Corpus.ToArray()) Execute(lane, steps);
        }

        while (true)
        {
            foreach (var lane in _lanes)
            {
                for (var i = 0; i < lane.Share; i++)
                {
                    if (!goesOn(Counter)) return;
                    var random = new FuzzRandom(_options.Seed, Counter);
                    var steps = lane.Mutator.Mutate(lane.Pick(random), lane.Pick(random), random);
                    if (Execute(lane, steps)) Keep(lane, steps);
                }
            }
        }
    }

    // True if the input showed something new.
    private bool Execute(Lane lane, Step[] steps)
    {
        Counter++;
        _journal?.Begin(lane.Index, steps);
        var since = Stopwatch.GetTimestamp();
        var finding = Findings.Try(lane.Target, steps, lane.Seen);
        _journal?.End(lane.Index, (long)Stopwatch.GetElapsedTime(since).TotalNanoseconds);
        if (finding is null) return lane.Seen.IsNew;
        Report(lane, steps, finding);
        lane.Renew();
        return false;
    }

    private void Keep(Lane lane, Step[] steps)
    {
        if (lane.Corpus.Count < MaximumCorpus) lane.Corpus.Add(steps);
        else lane.Corpus[(int)(Counter % MaximumCorpus)] = steps;
        _journal?.Tell(Signatures, _lanes.Sum(l => l.Corpus.Count));
        if (_options.Save is { } folder)
        {
            var into = Directory.CreateDirectory(Path.Combine(folder, lane.Target.Name)).FullName;
            File.WriteAllText(Path.Combine(into, $"{_options.Seed}-{Counter}.txt"), ScriptText.Write(steps));
        }
    }

    private void Report(Lane lane, Step[] steps, string finding)
    {
        _journal?.CountFinding();
        var key = Observations.HashOf(finding.Split('\n')[0]);
        var before = _saved[key] = _saved.GetValueOrDefault(key) + 1;
        if (before > MaximumSaved) return;
        Found.Add(finding);
        if (_journal is null) return;
        var shorter = Findings.Shorten(
            () =>
            {
                _journal.Beat();
                return lane.Make(1);
            },
            steps, finding);
        var path = Findings.Save(_options.Findings, lane.Target.Name, finding, shorter);
        Console.Error.WriteLine($"finding in {lane.Target.Name}: {finding.Split('\n')[0]}\n  {path}");
    }

    /// <summary>A target with what it has taught so far.</summary>
    private sealed class Lane(int index, int share, Func<int, IFuzzTarget> make, List<Step[]> corpus)
    {
        public int Index => index;

        public int Share => share;

        public Func<int, IFuzzTarget> Make => make;

        public List<Step[]> Corpus => corpus;

        public IFuzzTarget Target { get; private set; } = make(LookEvery);

        public Observations Seen { get; } = new();

        public Mutator Mutator => field ??= new Mutator(random => Target.NewStep(random));

        public Step[] Pick(FuzzRandom random) => corpus.Count == 0 ? [] : corpus[random.Below(corpus.Count)];

        /// <summary>After a finding the target's state is not to be trusted.</summary>
        public void Renew()
        {
            Target.Dispose();
            Target = make(LookEvery);
        }
    }
}
