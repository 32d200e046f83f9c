using System.Globalization;
using System.Numerics;

namespace CameraFabric.Sensors.Profiles;

/// <summary>The time from one frame to the next, as an exact fraction of a second.</summary>
/// <param name="Numerator">Seconds, numerator.</param>
/// <param name="Denominator">Seconds, denominator; not 0 in a valid interval.</param>
public readonly record struct FrameInterval(uint Numerator, uint Denominator) : IComparable<FrameInterval>
{
    /// <summary>True when both numbers are positive.</summary>
    public bool IsValid => Numerator > 0 && Denominator > 0;

    /// <summary>Nanoseconds, rounded to the nearest; 0 for an interval that is not valid.</summary>
    public long Nanoseconds => IsValid ? (long)((Numerator * (UInt128)1_000_000_000 + Denominator / 2) / Denominator) : 0;

    /// <summary>Frames in a second; 0 for an interval that is not valid.</summary>
    public double FramesPerSecond => IsValid ? (double)Denominator / Numerator : 0;

    /// <summary>The interval of so many frames a second.</summary>
    public static FrameInterval FromRate(uint framesPerSecond) => new(1, framesPerSecond);

    /// <summary>Reads a rate in frames per second: "30", "30000/1001", "29.97". The rates 23.976, 29.97, 59.94 and 119.88 mean the exact
    /// fractions with 1001.</summary>
    /// <exception cref="FormatException">It is none, or not positive.</exception>
    public static FrameInterval Parse(string rate) => TryParse(rate, out var interval)
        ? interval
        : throw new FormatException($"'{rate}' is no frame rate; 30, 29.97 or 30000/1001 frames per second would be right.");

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse(string? rate, out FrameInterval interval)
    {
        interval = default;
        rate = rate?.Trim() ?? "";
        if (rate is "23.976" or "29.97" or "59.94" or "119.88")
        {
            interval = new FrameInterval(1001, (uint)Math.Round(double.Parse(rate, CultureInfo.InvariantCulture)) * 1000);
            return true;
        }
        if (rate.Contains('/'))
        {
            if (!TryParseSeconds(rate, out var inverse))
                return false;
            interval = new FrameInterval(inverse.Denominator, inverse.Numerator);
            return true;
        }
        var point = rate.IndexOf('.');
        var digits = point < 0 ? 0 : rate.Length - point - 1;
        if (digits > 6 || !decimal.TryParse(rate, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number <= 0 || number > uint.MaxValue)
            return false;
        var unit = (ulong)Math.Pow(10, digits);
        var count = (ulong)(number * unit);
        var common = (ulong)BigInteger.GreatestCommonDivisor(count, unit);
        if (count / common > uint.MaxValue)
            return false;
        interval = new FrameInterval((uint)(unit / common), (uint)(count / common));
        return true;
    }

    /// <summary>Reads an interval in seconds: "1/30".</summary>
    public static bool TryParseSeconds(string? seconds, out FrameInterval interval)
    {
        interval = default;
        var parts = (seconds ?? "").Split('/');
        if (parts.Length != 2 || !uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var numerator)
            || !uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var denominator))
            return false;
        interval = new FrameInterval(numerator, denominator);
        return interval.IsValid;
    }

    /// <summary>Compares the times, not the numbers: 1/30 and 2/60 compare as 0.</summary>
    public int CompareTo(FrameInterval other) => ((ulong)Numerator * other.Denominator).CompareTo((ulong)other.Numerator * Denominator);

    /// <summary>Shorter.</summary>
    public static bool operator <(FrameInterval left, FrameInterval right) => left.CompareTo(right) < 0;

    /// <summary>Longer.</summary>
    public static bool operator >(FrameInterval left, FrameInterval right) => left.CompareTo(right) > 0;

    /// <summary>Not longer.</summary>
    public static bool operator <=(FrameInterval left, FrameInterval right) => left.CompareTo(right) <= 0;

    /// <summary>Not shorter.</summary>
    public static bool operator >=(FrameInterval left, FrameInterval right) => left.CompareTo(right) >= 0;

    /// <summary>The fraction in seconds, "1/30", as <see cref="TryParseSeconds"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
