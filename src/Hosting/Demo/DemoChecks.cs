using CameraFabric.Fabric.Status;
using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Trials;

namespace CameraFabric.Hosting.Demo;

/// <summary>What must hold in each demo.</summary>
internal static class DemoChecks
{
    /// <summary>A camera's books.</summary>
    public static Check OfCamera(CameraStatusReport camera, string name) =>
        new($"{name}: captured = fanned out + lost", camera.Balanced, $"{camera.Captured} = {camera.FannedOut} + {camera.Lost.Sum(static lost => lost.Count)}");

    /// <summary>The books of a guest's device.</summary>
    public static Check OfGuest(GuestStatusReport guest) =>
        new($"{guest.Guest} of {guest.Camera}: sent = delivered + dropped", guest.Balanced && guest.UnderWay == 0 && guest.Offered > 0,
            $"{guest.Offered} = {guest.Delivered} + {guest.Dropped.Sum(static drop => drop.Count)}");

    /// <summary>What a guest found.</summary>
    public static Check OfReport(GuestReport report) => new($"{NameOf(report)}: ended well, all frames verified", report.Good, report.Good
        ? $"{report.Frames.Delivered} frames, {report.Verification.Checksums} checksums, {report.Verification.Stamps} stamps"
        : $"{report.End} {string.Join("; ", report.Verification.First)}");

    /// <summary>Both sides' counts of frames that came.</summary>
    public static Check OfBothSides(GuestReport report, IEnumerable<GuestStatusReport> guests)
    {
        var delivered = guests.FirstOrDefault(guest => guest.SocketPath == report.Socket)?.Delivered ?? -1;
        return new($"{NameOf(report)}: the guest saw what the fabric delivered", delivered == report.Frames.Delivered, $"{delivered} and {report.Frames.Delivered}");
    }

    /// <summary>The camera's name as the device tells it, or what the socket's name says when no device ever did.</summary>
    private static string NameOf(GuestReport report) =>
        $"{report.Name} of {(report.Camera.Length > 0 ? report.Camera : Path.GetFileNameWithoutExtension(report.Socket))}";
}
