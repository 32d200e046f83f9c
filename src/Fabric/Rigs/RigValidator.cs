using System.Collections.Immutable;
using System.Text;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Rigs;

/// <summary>Says everything that is wrong with a rig, not only the first thing. The one place that knows a rig's rules.</summary>
public sealed class RigValidator
{
    private const int MaximumName = 63;
    private const int NamesShown = 24;

    // sun_path has room for 107 bytes and an end.
    private const int MaximumSocketPath = 107;

    private readonly ImmutableArray<RigFault>.Builder _faults = ImmutableArray.CreateBuilder<RigFault>();
    private readonly Dictionary<string, CameraRig> _cameras = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _sockets = new(StringComparer.Ordinal);
    private readonly Rig _rig;

    private RigValidator(Rig rig) => _rig = rig;

    /// <summary>Every fault of a rig and its options; empty when it can be run.</summary>
    /// <param name="rig">The rig.</param>
    public static ImmutableArray<RigFault> Validate(Rig rig)
    {
        ArgumentNullException.ThrowIfNull(rig);
        var validator = new RigValidator(rig);
        validator.ValidateRig();
        validator.ValidateCameras();
        validator.ValidateGuests();
        RigNodeValidator.Validate(rig, validator._faults);
        FabricOptionsValidator.Validate(rig.Options, validator._faults);
        return validator._faults.ToImmutable();
    }

    /// <summary>What can be run but is not what most would want; with what would be right.</summary>
    /// <param name="rig">A rig without faults.</param>
    public static ImmutableArray<RigFault> Warnings(Rig rig)
    {
        ArgumentNullException.ThrowIfNull(rig);
        return RigNodeValidator.Warnings(rig);
    }

    /// <summary>Where a guest's device listens: its own path, or <c>GUEST.CAMERA.sock</c> in the runtime directory of its node.</summary>
    /// <param name="rig">The rig.</param>
    /// <param name="guest">The guest.</param>
    /// <param name="camera">The camera as it sees it.</param>
    public static string SocketPath(Rig rig, GuestRig guest, GuestCameraRig camera)
    {
        ArgumentNullException.ThrowIfNull(rig);
        ArgumentNullException.ThrowIfNull(guest);
        ArgumentNullException.ThrowIfNull(camera);
        return Path.Combine(rig.RuntimeDirectory, camera.SocketPath.Length > 0 ? camera.SocketPath : $"{guest.Name}.{camera.Camera}.sock");
    }

    /// <summary>A name becomes part of an actor's path, of a file name and of a metric.</summary>
    internal static void ValidateName(string path, string name, ImmutableArray<RigFault>.Builder faults)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaximumName || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || name[0] == '-')
            faults.Add(new RigFault(path, $"'{name}' is not a name", $"use 1 to {MaximumName} letters, digits, '-' or '_', and do not begin with '-'"));
    }

    private void ValidateRig()
    {
        ValidateName("rig", _rig.Name);
        if (string.IsNullOrWhiteSpace(_rig.RuntimeDirectory)) Fault("runtime", "is missing", "name a folder that only this node uses");
        if (_rig.Cameras.IsDefaultOrEmpty) Fault("cameras", "there is none", "name at least one camera");
    }

    private void ValidateCameras()
    {
        var lent = _rig.CountLeases();
        foreach (var camera in Each(_rig.Cameras))
        {
            var path = $"cameras.{camera.Id}";
            ValidateName(path, camera.Id);
            if (!_cameras.TryAdd(camera.Id, camera)) Fault(path, "the id is used twice", "ids are unique in a rig");
            if (camera.Sensor is null) Fault($"{path}.sensor", "is missing", "name a sensor");
            if (camera.Stream is null) Fault($"{path}.format", "the camera has no stream", "give format, size and rate");
            Range($"{path}.slots", camera.Slots, 2, CameraRig.MaximumSlots);
            if (lent.TryGetValue(camera.Id, out var leases) && leases > LinkSlots.MaximumLeases)
                Fault(path, $"its guests may hold {leases} frames in place", $"give them {LinkSlots.MaximumLeases} `leases` together at most");
            Range($"{path}.watchdog", camera.WatchdogPeriods, 2, 1000);
            if (camera.FrozenAfter is not 0) Range($"{path}.frozen-after", camera.FrozenAfter, 2, 100_000);
            if (camera.Cpu is { } cpu) Range($"{path}.cpu", cpu, 0, 4095);
            if (camera.Slots is >= 2 and <= CameraRig.MaximumSlots && camera.Slots <= _rig.Options.DeliveryQueueFrames)
            {
                Fault($"{path}.slots", $"{camera.Slots} slots cannot fill a delivery queue of {_rig.Options.DeliveryQueueFrames} frames and leave one to capture into",
                    "give it more slots, or the queue fewer frames (option delivery-queue-frames)");
            }
        }
    }

    private void ValidateGuests()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var guest in Each(_rig.Guests))
        {
            var path = $"guests.{guest.Name}";
            ValidateName(path, guest.Name);
            if (!names.Add(guest.Name)) Fault(path, "the name is used twice", "names are unique in a rig");
            if (guest.Cameras.IsDefaultOrEmpty) Fault($"{path}.cameras", "there is none", "name the cameras that this guest sees: `cameras: { front: owner }`");
            Range($"{path}.budget.buffers", guest.MaximumBuffers, 1, 256);
            Range($"{path}.budget.in-flight", guest.MaximumInFlight, 1, 256);
            if (guest.MaximumBufferBytes < 4096) Fault($"{path}.budget.buffer-mib", $"{guest.MaximumBufferBytes} bytes hold no picture", "give at least 4096 bytes");
            if (guest.MaximumMemoryBytes is < 1 << 20) Fault($"{path}.budget.memory-mib", $"{guest.MaximumMemoryBytes} bytes are no memory", "give at least 1 MiB");
            if (guest.MaximumMemoryRegions is { } regions) Range($"{path}.budget.memory-regions", regions, 1, 509 * Math.Max(1, Each(guest.Cameras).Length));
            if (guest.BytesPerSecond is < 1_000_000 and not 0) Fault($"{path}.budget.megabytes-per-second", $"{guest.BytesPerSecond} bytes a second are no stream", "give at least 1, or 0 for no limit");
            if (guest.ConnectionsPerSecond is { } connections) Range($"{path}.budget.connections-per-second", connections, 1, 1000);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var view in Each(guest.Cameras)) ValidateView($"{path}.cameras.{view.Camera}", guest, view, seen);
        }
    }

    private void ValidateView(string path, GuestRig guest, GuestCameraRig view, HashSet<string> seen)
    {
        if (_cameras.TryGetValue(view.Camera, out var known))
        {
            ValidateRole(path, guest, view, known);
        }
        else
        {
            var meant = Spelling.Guess(view.Camera, _cameras.Keys) is { } guess ? $" (did you mean '{guess}'?)" : "";
            Fault(path, $"there is no camera '{view.Camera}'", _cameras.Count == 0 ? "the rig has none" : $"the cameras are: {CameraNames()}{meant}");
        }

        ValidateLeases($"{path}.leases", guest, view, known);
        if (!seen.Add(view.Camera)) Fault(path, "the guest has this camera twice", "one device is enough");
        var socket = SocketPath(_rig, guest, view);
        var bytes = Encoding.UTF8.GetByteCount(socket);
        if (bytes > MaximumSocketPath)
            Fault($"{path}.socket", $"the socket's path has {bytes} bytes ('{socket}')", $"a unix socket's has at most {MaximumSocketPath}: choose a shorter `runtime` or `socket`");
        if (!_sockets.TryAdd(socket, path)) Fault($"{path}.socket", $"the socket '{socket}' is also that of {_sockets[socket]}", "each device needs its own");
    }

    // Nobody reads thousands of names.
    private string CameraNames() => string.Join(", ", _cameras.Keys.Take(NamesShown)) + (_cameras.Count > NamesShown ? $" and {_cameras.Count - NamesShown} more" : "");

    private void ValidateLeases(string path, GuestRig guest, GuestCameraRig view, CameraRig? camera)
    {
        Range(path, view.Leases, 0, 64);
        if (view is { Leases: > 0, Face: GuestFace.Media })
            Fault(path, "frames in place are a matter of virtio-camera", "leave `leases` out, or write `face: camera`");
        if (view.Leases > 0 && camera is { Interleaved: true })
        {
            Fault(path, $"camera '{camera.Id}' is shared by turns, and a guest that holds frames in place would see those of the others",
                "leave `leases` out: the guest gets copies of its own frames");
        }

        if (view.Leases > 0 && camera is not null && !_rig.IsJoinedDirectly(camera, _rig.NodeOf(guest)))
        {
            Fault(path, $"guest '{guest.Name}' may see camera '{camera.Id}' from another process, and gets copies there",
                "leave `leases` out, or put both on one node: `node:` for both, without `standby` and `isolation`");
        }
    }

    private void ValidateRole(string path, GuestRig guest, GuestCameraRig view, CameraRig camera)
    {
        if (view.Face == GuestFace.Media && view.Role == SessionRole.Interleaved)
            Fault($"{path}.face", "virtio-media has no settings for single frames, so its guest cannot take turns", "write `face: camera`, or `role: observer`");
        path += ".role";
        if (camera.Interleaved && view.Role == SessionRole.Owner)
            Fault(path, $"camera '{camera.Id}' is shared by turns and has no owner", "write `interleaved` or `observer`, or take `sharing: interleaved` from the camera");
        if (!camera.Interleaved && view.Role == SessionRole.Interleaved)
            Fault(path, $"camera '{camera.Id}' is not shared by turns", $"write `sharing: interleaved` at camera '{camera.Id}', or make this guest an owner or observer");
        if (camera.Interleaved && view.MayAcquire)
            Fault(path, $"camera '{camera.Id}' is shared by turns and cannot be acquired", "leave `may-acquire` out");
        if (view.Role != SessionRole.Owner || camera.Interleaved || _owners.TryAdd(camera.Id, guest.Name)) return;
        Fault(path, $"camera '{camera.Id}' is owned by '{_owners[camera.Id]}' already", "let the others observe, or share it: `sharing: interleaved`");
    }

    private void ValidateName(string path, string name) => ValidateName(path, name, _faults);

    private void Range(string path, int value, int least, int most)
    {
        if (value < least || value > most) Fault(path, $"{value} is not possible", $"write {least} to {most}");
    }

    private void Fault(string path, string message, string right) => _faults.Add(new RigFault(path, message, right));

    private static ImmutableArray<T> Each<T>(ImmutableArray<T> items) => items.IsDefault ? [] : items;
}
