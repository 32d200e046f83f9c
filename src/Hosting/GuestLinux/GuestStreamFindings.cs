using CameraFabric.Hosting.Soak;

namespace CameraFabric.Hosting.GuestLinux;

/// <summary>What became of one guest that streamed.</summary>
/// <param name="Guest">Its name.</param>
/// <param name="Camera">Its camera.</param>
/// <param name="Stream">Format and size.</param>
/// <param name="Role">Owner or observer.</param>
/// <param name="Killed">Whether it was killed half-way.</param>
/// <param name="Code">The exit code of what it ran; null if it did not come to its end.</param>
/// <param name="BootMilliseconds">From the start of its process until its camera was there; 0 if it never was.</param>
/// <param name="Frames">Frames that <c>v4l2-ctl</c> told of.</param>
/// <param name="Skipped">Numbers missing between them: frames that the sensor made and the guest did not get.</param>
/// <param name="Errors">Buffers that came back with V4L2's error flag, each for a frame that was lost.</param>
/// <param name="Verified">Frames whose number stands in the pixels of the file.</param>
/// <param name="Wrong">The first thing that was wrong with a file or with the order of the frames; empty if nothing was.</param>
/// <param name="LongestGapMilliseconds">The longest time between two time stamps.</param>
/// <param name="Gaps">Gaps of more than one and a half periods, from when all guests streamed.</param>
/// <param name="GapsWithTheMachine">Of those, while the machine itself stood still.</param>
/// <param name="Complaints">What its kernel or its scripts called wrong.</param>
public sealed record GuestStreamFindings(
    string Guest, string Camera, string Stream, string Role, bool Killed, int? Code, double BootMilliseconds, int Frames, long Skipped,
    int Errors, int Verified, string Wrong, double LongestGapMilliseconds, int Gaps, int GapsWithTheMachine,
    IReadOnlyList<string> Complaints)
{
    private const double LongestGood = 1.5 * 1_000_000 / GuestLinuxRig.Rate; // microseconds

    // Programs start, and are compiled while they do: what guests miss of that is nobody's fault.
    private const long Settle = 1_000_000_000; // nanoseconds

    // A line may be late on its way to us when the machine is busy.
    private const long Lookback = 1_500_000_000; // nanoseconds

    internal static GuestStreamFindings Of(
        GuestSeat seat, LinuxGuest guest, GuestFrames frames, bool killed, long streaming, Pacemaker pacemaker)
    {
        var told = frames.Told;
        var (longest, gaps, excused, skipped) = (0L, 0, 0, 0L);
        for (var at = 1; at < told.Count; at++)
        {
            skipped += (long)told[at].Sequence - told[at - 1].Sequence - 1;
            if (told[at].SeenAt < streaming + Settle) continue;
            var gap = told[at].Microseconds - told[at - 1].Microseconds;
            longest = Math.Max(longest, gap);
            if (gap <= LongestGood) continue;
            gaps++;
            if (pacemaker.StalledBetween(told[at].SeenAt - Lookback, told[at].SeenAt)) excused++;
        }

        return new GuestStreamFindings(
            seat.Name, seat.Camera, $"{GuestLinuxRig.Layout(seat)}", seat.Role, killed, guest.Code, guest.Boot?.TotalMilliseconds ?? 0,
            told.Count, skipped, frames.Errors, frames.Stamps.Count, frames.Wrong, longest / 1000.0, gaps, excused,
            [.. guest.Checks.Where(check => !check.Passed).Select(check => check.Name)]);
    }
}
