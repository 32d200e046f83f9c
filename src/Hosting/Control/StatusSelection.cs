using System.Collections.Immutable;
using System.Globalization;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Hosting.Control;

/// <summary>
/// What people are shown of a node: all of it as long as that can be read; of a fleet a line that counts, and the rows of those that do
/// something or with which something is wrong.
/// </summary>
/// <param name="Shown">The node, with those cameras and guests alone that are shown.</param>
/// <param name="Summary">What there is in all; null when nothing is left out.</param>
internal sealed record StatusSelection(FabricStatus Shown, string? Summary)
{
    /// <summary>The most cameras, or devices of guests, that are shown unasked.</summary>
    public const int Rows = 64;

    /// <summary>Chooses. Programs get everything that was asked for.</summary>
    /// <param name="status">The node.</param>
    /// <param name="name">Part of the name of a camera or guest to be shown; null for no choice by name.</param>
    /// <param name="all">Whether everything is to be shown, however much.</param>
    public static StatusSelection Of(FabricStatus status, string? name = null, bool all = false)
    {
        ImmutableArray<CameraStatusReport> cameras = [.. status.Cameras.Where(camera => Has(camera.Id, name))];
        ImmutableArray<GuestStatusReport> guests = [.. status.Guests.Where(guest => Has(guest.Guest, name) || Has(guest.Camera, name))];
        if (!all && name is null)
        {
            if (cameras.Length > Rows) cameras = [.. cameras.Where(IsNews).OrderByDescending(IsTrouble).Take(Rows)];
            if (guests.Length > Rows) guests = [.. guests.Where(IsNews).OrderByDescending(IsTrouble).Take(Rows)];
        }

        var isWhole = cameras.Length == status.Cameras.Length && guests.Length == status.Guests.Length;
        return new StatusSelection(status with { Cameras = cameras, Guests = guests }, isWhole ? null : Summarise(status, cameras.Length, guests.Length));
    }

    /// <summary>Chooses of each node of a rig.</summary>
    /// <param name="status">The rig.</param>
    /// <param name="name">Part of the name of a camera or guest to be shown; null for no choice by name.</param>
    /// <param name="all">Whether everything is to be shown, however much.</param>
    public static (RigStatus Shown, string? Summary) Of(RigStatus status, string? name = null, bool all = false)
    {
        var nodes = status.Nodes.Select(node => Of(node, name, all)).ToArray();
        var summaries = nodes.Where(static node => node.Summary is not null)
            .Select(static node => node.Shown.Node.Length > 0 ? $"{node.Shown.Node}: {node.Summary}" : node.Summary!).ToArray();
        return (status with { Nodes = [.. nodes.Select(static node => node.Shown)] }, summaries.Length > 0 ? string.Join('\n', summaries) : null);
    }

    private static string Summarise(FabricStatus status, int cameras, int guests) => string.Create(CultureInfo.InvariantCulture,
        $"{status.Cameras.Length} cameras: {CountStates(status.Cameras, static camera => camera.State)}; {cameras} shown. " +
        $"{status.Guests.Length} devices of guests: {CountStates(status.Guests, static guest => guest.State)}; {guests} shown.");

    private static string CountStates<T, TState>(ImmutableArray<T> all, Func<T, TState> state) where TState : struct, Enum =>
        all.IsEmpty ? "none" : string.Join(", ", all.CountBy(state).OrderBy(static count => count.Key).Select(static count => $"{count.Value} {$"{count.Key}".ToLowerInvariant()}"));

    private static bool Has(string text, string? name) => name is null || text.Contains(name, StringComparison.OrdinalIgnoreCase);

    private static bool IsNews(CameraStatusReport camera) => IsTrouble(camera) || camera.State == CameraState.Streaming || camera.Captured > 0;

    private static bool IsTrouble(CameraStatusReport camera) => camera.State is CameraState.Opening or CameraState.Lost or CameraState.Restarting
        || camera.LastFault.Length > 0 || (camera.State == CameraState.Stopped && !camera.Balanced);

    private static bool IsNews(GuestStatusReport guest) => IsTrouble(guest) || guest.State is not (GuestState.Waiting or GuestState.Stopped) || guest.Offered > 0;

    private static bool IsTrouble(GuestStatusReport guest) => guest.State is GuestState.Quarantined or GuestState.Stalled
        || guest.Violations > 0 || (guest.State == GuestState.Stopped && !guest.Balanced);
}
