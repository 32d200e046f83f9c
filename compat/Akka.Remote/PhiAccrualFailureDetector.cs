using Akka.Configuration;

namespace Akka.Remote;

/// <summary>
/// Suspects a peer the more, the longer it is silent compared with how regularly it was heard before (Hayashibara et al., "The phi
/// accrual failure detector", 2004): phi is -log10 of the chance that the next heartbeat comes later still.
/// </summary>
internal sealed class PhiAccrualFailureDetector
{
    private readonly double _threshold;
    private readonly double _minimalDeviation;
    private readonly double _pause;
    private readonly int _samples;
    private readonly Queue<double> _intervals = new();
    private readonly TimeProvider _clock;
    private double _sum;
    private double _squares;
    private long? _last;

    /// <summary>Makes a detector, which knows of no heartbeat yet.</summary>
    /// <param name="config">A section <c>failure-detector</c>.</param>
    /// <param name="clock">Measures the silence.</param>
    public PhiAccrualFailureDetector(Config config, TimeProvider clock)
    {
        _clock = clock;
        _threshold = config.GetDouble("threshold");
        _samples = config.GetInt("max-sample-size");
        _minimalDeviation = config.GetTimeSpan("min-std-deviation").TotalMilliseconds;
        _pause = config.GetTimeSpan("acceptable-heartbeat-pause").TotalMilliseconds;
        // Before it has been heard twice, a peer is taken to be neither quite regular nor wild.
        var estimate = config.GetTimeSpan("heartbeat-interval").TotalMilliseconds;
        Add(estimate - estimate / 4);
        Add(estimate + estimate / 4);
    }

    /// <summary>Whether the peer has been heard, or should have been.</summary>
    public bool IsMonitoring => _last is not null;

    /// <summary>Whether the peer is held to be alive: one that was never heard is.</summary>
    public bool IsAvailable => Phi < _threshold;

    /// <summary>How much the peer is suspected.</summary>
    public double Phi
    {
        get
        {
            if (_last is not { } last) return 0;
            var mean = _sum / _intervals.Count;
            var deviation = Math.Max(Math.Sqrt(Math.Max(0, _squares / _intervals.Count - mean * mean)), _minimalDeviation);
            // The tail of the normal distribution, by its logistic approximation.
            var y = (_clock.GetElapsedTime(last).TotalMilliseconds - mean - _pause) / deviation;
            var e = Math.Exp(-y * (1.5976 + 0.070566 * y * y));
            return -Math.Log10(y > 0 ? e / (1 + e) : 1 - 1 / (1 + e));
        }
    }

    /// <summary>Notes that the peer was heard.</summary>
    public void HeartBeat()
    {
        var now = _clock.GetTimestamp();
        // A silence after which the peer was given up says nothing of how regular it is.
        if (_last is { } last && IsAvailable) Add(_clock.GetElapsedTime(last, now).TotalMilliseconds);
        _last = now;
    }

    private void Add(double interval)
    {
        if (_intervals.Count == _samples)
        {
            var oldest = _intervals.Dequeue();
            _sum -= oldest;
            _squares -= oldest * oldest;
        }
        _intervals.Enqueue(interval);
        _sum += interval;
        _squares += interval * interval;
    }
}
