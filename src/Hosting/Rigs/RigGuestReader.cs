using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Hosting.Rigs;

/// <summary>Reads one guest of a rig: which cameras it sees, in what role, through which socket, within which budget.</summary>
internal static class RigGuestReader
{
    private static readonly Dictionary<string, SessionRole> Roles = new()
    {
        ["owner"] = SessionRole.Owner,
        ["observer"] = SessionRole.Observer,
        ["interleaved"] = SessionRole.Interleaved,
    };

    private static readonly Dictionary<string, GuestFace> Faces = Enum.GetValues<GuestFace>()
        .ToDictionary(static face => RigWords.Of(face.ToString()), static face => face);

    private static readonly Dictionary<string, QuarantineRule?> Quarantines = Enum.GetValues<QuarantineRule>()
        .ToDictionary(static rule => RigWords.Of(rule.ToString()), static rule => (QuarantineRule?)rule);

    public static GuestRig Read(string name, RigSection section)
    {
        var cameras = section.Section("cameras");
        var rig = new GuestRig { Name = name, Cameras = cameras is null ? [] : [.. cameras.Entries.Select(entry => ReadView(cameras, entry))] };
        if (section.Section("budget") is { } budget)
        {
            rig = rig with
            {
                MaximumBuffers = budget.Number("buffers", rig.MaximumBuffers),
                MaximumInFlight = budget.Number("in-flight", rig.MaximumInFlight),
                MaximumBufferBytes = (long)budget.Number("buffer-mib", (int)(rig.MaximumBufferBytes >> 20)) << 20,
                MaximumMemoryBytes = (long?)budget.Number("memory-mib") << 20,
                MaximumMemoryRegions = budget.Number("memory-regions"),
                BytesPerSecond = (long?)budget.Number("megabytes-per-second") * 1_000_000,
                ConnectionsPerSecond = budget.Number("connections-per-second"),
            };
            budget.RefuseUnknown();
        }

        rig = rig with
        {
            Quarantine = section.Choice("quarantine", null, Quarantines),
            Node = section.Text("node"),
            Isolation = RigNodeReader.ReadIsolation(section),
        };
        section.RefuseUnknown();
        return rig;
    }

    /// <summary>A camera as the guest sees it: its role alone, or a section.</summary>
    private static GuestCameraRig ReadView(RigSection cameras, YamlEntry entry)
    {
        cameras.Place(entry.Key, entry.At);
        if (entry.Value is not YamlMap)
        {
            cameras.Place($"{entry.Key}.role", entry.Value.At);
            return new GuestCameraRig { Camera = entry.Key, Role = cameras.Choice(entry.Key, SessionRole.Observer, Roles, required: true) };
        }

        var section = cameras.Section(entry.Key)!;
        var view = new GuestCameraRig
        {
            Camera = entry.Key,
            Role = section.Choice("role", SessionRole.Observer, Roles, required: true),
            Face = section.Choice("face", GuestFace.Camera, Faces),
            SocketPath = section.Text("socket") ?? "",
            MayAcquire = section.Flag("may-acquire", false),
            Leases = section.Number("leases", 0),
        };
        section.RefuseUnknown();
        return view;
    }
}
