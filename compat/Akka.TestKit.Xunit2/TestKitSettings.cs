using Akka.Configuration;

namespace Akka.TestKit;

/// <summary>The section <c>akka.test</c> of the configuration.</summary>
public class TestKitSettings
{
    /// <summary>Reads the settings.</summary>
    /// <param name="config">The whole configuration of the system.</param>
    public TestKitSettings(Config config)
    {
        DefaultTimeout = Read(config, "akka.test.default-timeout", TimeSpan.FromSeconds(5));
        SingleExpectDefault = Read(config, "akka.test.single-expect-default", TimeSpan.FromSeconds(3));
        ExpectNoMessageDefault = Read(config, "akka.test.expect-no-message-default", TimeSpan.FromMilliseconds(100));
        TestEventFilterLeeway = Read(config, "akka.test.filter-leeway", TimeSpan.FromSeconds(3));
        TestTimeFactor = config.GetDouble("akka.test.timefactor", 1.0);
        if (!(TestTimeFactor > 0))
            throw new ArgumentException($"akka.test.timefactor is {TestTimeFactor}, and must be greater than 0.", nameof(config));
    }

    /// <summary>How long <c>ask</c> and the shut-down may take.</summary>
    public TimeSpan DefaultTimeout { get; }

    /// <summary>How long an expectation waits outside a <c>Within</c> block.</summary>
    public TimeSpan SingleExpectDefault { get; }

    /// <summary>How long <c>ExpectNoMsg</c> waits outside a <c>Within</c> block.</summary>
    public TimeSpan ExpectNoMessageDefault { get; }

    /// <summary>How long an event filter waits for the events that are still missing.</summary>
    public TimeSpan TestEventFilterLeeway { get; }

    /// <summary>What every explicit time-out is multiplied with; greater than 0.</summary>
    public double TestTimeFactor { get; }

    private static TimeSpan Read(Config config, string path, TimeSpan fallback) => config.GetTimeSpan(path, fallback);
}
