using System.Diagnostics;
using Xunit.Sdk;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    // The end of the innermost Within block, in Stopwatch time; null outside of all.
    private TimeSpan? _end;

    /// <summary>What is left of the innermost <c>Within</c> block.</summary>
    /// <exception cref="InvalidOperationException">There is no such block.</exception>
    public TimeSpan Remaining => Left ?? throw new InvalidOperationException("Remaining has a meaning only inside Within.");

    /// <summary>What is left of the innermost <c>Within</c> block, or <c>akka.test.single-expect-default</c>, dilated.</summary>
    public TimeSpan RemainingOrDefault => RemainingOr(Dilated(TestKitSettings.SingleExpectDefault));

    private static TimeSpan Clock => Stopwatch.GetElapsedTime(0);

    private TimeSpan? Left => _end is not { } end ? null : end > Clock ? end - Clock : TimeSpan.Zero;

    /// <summary>What is left of the innermost <c>Within</c> block, or <paramref name="duration"/>.</summary>
    /// <param name="duration">The answer outside of all blocks.</param>
    /// <returns>A time that is not negative.</returns>
    public TimeSpan RemainingOr(TimeSpan duration) => Left ?? duration;

    /// <summary><paramref name="duration"/> dilated; if null, <see cref="RemainingOrDefault"/>.</summary>
    /// <param name="duration">A time; null for the default.</param>
    /// <returns>The time to wait.</returns>
    public TimeSpan RemainingOrDilated(TimeSpan? duration) =>
        duration is not { } given ? RemainingOrDefault : given < TimeSpan.Zero ? given : Dilated(given);

    /// <summary>Multiplies with <c>akka.test.timefactor</c>.</summary>
    /// <param name="duration">A time.</param>
    /// <returns>The time for this machine.</returns>
    public TimeSpan Dilated(TimeSpan duration) => duration * TestKitSettings.TestTimeFactor;

    /// <summary>Runs an action, which must end in time; expectations inside wait for what is left of that.</summary>
    /// <param name="max">How long it may take; dilated.</param>
    /// <param name="action">What to run.</param>
    /// <param name="epsilonValue">What may be exceeded without a failure; null for nothing.</param>
    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null) =>
        Within(TimeSpan.Zero, max, action, null, epsilonValue);

    /// <summary>Runs an action, which must take at least and at most some time.</summary>
    /// <param name="min">How long it must take; not dilated.</param>
    /// <param name="max">How long it may take; dilated.</param>
    /// <param name="action">What to run.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="epsilonValue">What may be exceeded without a failure; null for nothing.</param>
    public void Within(TimeSpan min, TimeSpan max, Action action, string? hint = null, TimeSpan? epsilonValue = null) =>
        Within<object?>(min, max, () =>
        {
            action();
            return null;
        }, hint, epsilonValue);

    /// <summary>Runs a function, which must end in time.</summary>
    /// <typeparam name="T">What it returns.</typeparam>
    /// <param name="max">How long it may take; dilated.</param>
    /// <param name="function">What to run.</param>
    /// <param name="epsilonValue">What may be exceeded without a failure; null for nothing.</param>
    /// <returns>What the function returned.</returns>
    public T Within<T>(TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null) =>
        Within(TimeSpan.Zero, max, function, null, epsilonValue);

    /// <summary>Runs a function, which must take at least and at most some time.</summary>
    /// <typeparam name="T">What it returns.</typeparam>
    /// <param name="min">How long it must take; not dilated.</param>
    /// <param name="max">How long it may take; dilated.</param>
    /// <param name="function">What to run.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="epsilonValue">What may be exceeded without a failure; null for nothing.</param>
    /// <returns>What the function returned.</returns>
    public T Within<T>(TimeSpan min, TimeSpan max, Func<T> function, string? hint = null, TimeSpan? epsilonValue = null)
    {
        var start = Clock;
        var outer = _end;
        var bound = RemainingOr(Dilated(max)) is var left && left < Dilated(max) ? left : Dilated(max);
        if (bound < min) throw new XunitException($"At least {min} is asked for, and only {bound} is left.{Hint(hint)}");
        _end = start + bound;
        T result;
        try
        {
            result = function();
        }
        finally
        {
            _end = outer;
        }
        var took = Clock - start;
        if (took < min) throw new XunitException($"The block took {took}, and should have taken at least {min}.{Hint(hint)}");
        if (took > bound + (epsilonValue ?? TimeSpan.Zero))
            throw new XunitException($"The block took {took}, and should have taken at most {bound}.{Hint(hint)}");
        return result;
    }

    private static string Hint(string? hint) => string.IsNullOrEmpty(hint) ? "" : " " + hint;
}
