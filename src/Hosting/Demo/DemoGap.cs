using System.Collections.Immutable;
using System.Globalization;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Guest.Program;

namespace CameraFabric.Hosting.Demo;

/// <summary>How long one guest was without frames of one camera. Milliseconds.</summary>
/// <param name="Guest">The guest.</param>
/// <param name="Camera">The camera.</param>
/// <param name="Way">How frames come from the camera's node: <c>local</c>, <c>shared memory</c> or <c>TCP</c>.</param>
/// <param name="Period">From frame to frame when nothing happens.</param>
/// <param name="Before">The longest gap of those that were over before anything was done.</param>
/// <param name="Kill">The longest of those that were over after the kill and before the cut.</param>
/// <param name="Cut">The longest of those that were over after the cut.</param>
/// <param name="HitByKill">Whether it is a camera whose process was killed.</param>
/// <param name="HitByCut">Whether its frames come over the link that was cut.</param>
public sealed record DemoGap(string Guest, string Camera, string Way, double Period, LongestGap Before, LongestGap Kill, LongestGap Cut, bool HitByKill, bool HitByCut)
{
    /// <summary>Finds them.</summary>
    /// <param name="rig">The rig.</param>
    /// <param name="guest">The guest.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="report">What the guest's device said at its end.</param>
    /// <param name="killed">When the kill was, nanoseconds of the frame clock.</param>
    /// <param name="cut">When the cut was, nanoseconds of the frame clock.</param>
    internal static DemoGap Of(Rig rig, GuestRig guest, CameraRig camera, GuestReport report, long killed, long cut)
    {
        var pace = report.Pace;
        var way = WayOf(rig, guest, camera);
        return new DemoGap(
            guest.Name, camera.Id, way, pace.Period / 1e3, LongestGap.In(pace, 0, killed / 1e3), LongestGap.In(pace, killed / 1e3, cut / 1e3),
            LongestGap.In(pace, cut / 1e3, double.PositiveInfinity), camera.Id == ClusterDemoRig.KilledCamera, camera.Id == ClusterDemoRig.CutCamera && way == "TCP");
    }

    private static string WayOf(Rig rig, GuestRig guest, CameraRig camera)
    {
        var (home, reader) = (rig.NodeOf(rig.NodeOf(camera)!)!, rig.NodeOf(rig.NodeOf(guest))!);
        return home.Name == reader.Name ? "local" : home.Machine == reader.Machine ? "shared memory" : "TCP";
    }
}

/// <summary>The longest gap of a time.</summary>
/// <param name="Milliseconds">How long it was; with <paramref name="None"/>: none was longer.</param>
/// <param name="None">No gap was long enough to be noted.</param>
public readonly record struct LongestGap(double Milliseconds, bool None)
{
    /// <summary>The longest of those that ended in a time.</summary>
    /// <param name="pace">What the guest noted.</param>
    /// <param name="from">Microseconds of the frame clock.</param>
    /// <param name="to">Microseconds of the frame clock.</param>
    internal static LongestGap In(GuestPaceReport pace, double from, double to)
    {
        ImmutableArray<double> lengths =
            [.. pace.Longest.Where(gap => gap.Began + gap.Length is var end && end > from && end <= to).Select(static gap => gap.Length)];
        if (!lengths.IsEmpty) return new LongestGap(lengths.Max() / 1e3, None: false);

        // When there were more gaps than a guest notes, the shortest that it has noted is the limit of all others.
        var limit = pace.Stutters > pace.Longest.Count ? pace.Longest.Min(static gap => gap.Length) : pace.Period * 1.5;
        return new LongestGap(limit / 1e3, None: true);
    }

    /// <summary>In milliseconds.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(None ? "< " : "")}{Milliseconds:F0} ms");
}
