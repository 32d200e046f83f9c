namespace CameraFabric.Hosting.Soak;

/// <summary>What is done to guests from outside.</summary>
internal enum SoakFault
{
    /// <summary>SIGKILL in mid-stream; started again after a pause.</summary>
    GuestKilled,

    /// <summary>SIGSTOP, after some seconds SIGCONT: it stops reading, holding everything.</summary>
    GuestFrozen,

    /// <summary>Bytes that are no vhost-user message.</summary>
    Garbage,

    /// <summary>Half a message, then the end.</summary>
    HalfMessage,

    /// <summary>Descriptors where none belong.</summary>
    ExtraDescriptors,

    /// <summary>A descriptor chain that bites its tail.</summary>
    ChainLoops,

    /// <summary>A buffer outside the guest's memory.</summary>
    AddressOutside,

    /// <summary>The available index leaps beyond the queue.</summary>
    IndexLeaps,

    /// <summary>The connection ends in the middle of a command.</summary>
    DiesInCommand,

    /// <summary>The memory file is cut short under the device, while it is mapped.</summary>
    MemoryShrinks,
}

/// <summary>One entry of a soak's plan.</summary>
/// <param name="At">When, from the beginning of streaming.</param>
/// <param name="Fault">What.</param>
/// <param name="Pause">How long it lasts, where that has a meaning.</param>
internal readonly record struct SoakStep(TimeSpan At, SoakFault Fault, TimeSpan Pause);

/// <summary>A random but seeded schedule of faults: the same seed and length give the same plan.</summary>
/// <param name="Length">How long the soak streams.</param>
/// <param name="Quiet">How long nothing is done at the beginning and at the end: there the balance is taken.</param>
/// <param name="SensorFaults">What the failing sensor does, at which frame.</param>
/// <param name="Steps">What is done to guests, in order of time.</param>
internal sealed record SoakPlan(TimeSpan Length, TimeSpan Quiet, IReadOnlyList<string> SensorFaults, IReadOnlyList<SoakStep> Steps)
{
    /// <summary>Between two faults there is at least so much time, and at most twice as much.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <summary>Draws a plan.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="length">How long the soak streams; half a minute at least.</param>
    public static SoakPlan Draw(int seed, TimeSpan length)
    {
        var random = new Random(seed);
        var quiet = TimeSpan.FromSeconds(Math.Clamp(length.TotalSeconds / 6, 6, 20));
        var last = length - quiet - LongestPause - Pace;
        List<SoakStep> steps = [];
        var bag = new Queue<SoakFault>();
        for (var at = quiet; at < last; at += Pace * (1 + random.NextDouble()))
        {
            if (bag.Count == 0)
            {
                var faults = Enum.GetValues<SoakFault>();
                random.Shuffle(faults);
                bag = new Queue<SoakFault>(faults);
            }

            steps.Add(new SoakStep(at, bag.Dequeue(), TimeSpan.FromSeconds(0.5 + random.NextDouble() * (LongestPause.TotalSeconds - 0.5))));
        }

        return new SoakPlan(length, quiet, SoakRig.FaultScript(random, quiet, last), steps);
    }
}
