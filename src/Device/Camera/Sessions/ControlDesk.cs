using System.Collections.Immutable;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>What became of a control packet: every item with its flags, and those of them that reach the camera.</summary>
/// <param name="All">Every item, in order; flags as in <see cref="ItemFlags"/>, values as the camera can take them.</param>
/// <param name="Effective">Those not ignored.</param>
internal readonly record struct ExaminedControls(ImmutableArray<ControlEntry> All, ImmutableArray<ControlEntry> Effective)
{
    /// <summary>No controls.</summary>
    public static ExaminedControls None { get; } = new([], []);
}

/// <summary>Holds the items of a driver's control packet against the profile. Session thread only.</summary>
internal sealed class ControlDesk(SessionContext session)
{
    private readonly Dictionary<uint, ControlValue> _globals = [];

    /// <summary>Reads and judges a packet.</summary>
    /// <param name="packet">The packet, copied from the guest.</param>
    /// <param name="allowed">Whether a control's scope allows it here.</param>
    /// <param name="isStrict">The first thing that is not exactly right decides the whole.</param>
    /// <param name="examined">What became of it.</param>
    /// <param name="maximumItems">Most items to accept.</param>
    public CameraStatus Examine(ReadOnlySpan<byte> packet, Func<ControlScope, bool> allowed, bool isStrict, out ExaminedControls examined,
        int maximumItems = RequestLimits.MaximumItems)
    {
        examined = ExaminedControls.None;
        if (!ControlPacketReader.TryOpen(packet, maximumItems, out var reader, out _)) return CameraStatus.Invalid;
        if (reader.Count == 0) return CameraStatus.Ok;
        var all = ImmutableArray.CreateBuilder<ControlEntry>(reader.Count);
        var effective = ImmutableArray.CreateBuilder<ControlEntry>(reader.Count);
        for (var i = 0; i < reader.Count; i++)
        {
            var item = reader.Read(i, out var bytes);
            var status = Examine(item, bytes, allowed, out var entry);
            if (isStrict && status != CameraStatus.Ok) return status;
            all.Add(entry);
            if ((entry.Flags & (uint)ItemFlags.Ignored) == 0) effective.Add(new ControlEntry(entry.Id, 0, entry.Value));
        }

        examined = new ExaminedControls(all.MoveToImmutable(), effective.DrainToImmutable());
        return CameraStatus.Ok;
    }

    /// <summary>The value that a control of global scope has, as far as the device knows.</summary>
    public ControlValue ValueOf(ControlInfo control) => _globals.TryGetValue(control.Id, out var value) ? value : control.DefaultValue;

    /// <summary>Remembers what changed. Values of single frames are in their results.</summary>
    public void Remember(ReadOnlySpan<ControlEntry> changed)
    {
        Revision++;
        foreach (ref readonly var entry in changed)
        {
            // Only what the profile knows: the number of values kept stays bounded.
            if (session.Profile.Find(entry.Id) is { Scope: not ControlScope.Frame }) _globals[entry.Id] = entry.Value;
        }
    }

    public void Forget()
    {
        _globals.Clear();
        Revision++;
    }

    /// <summary>Rises with every change.</summary>
    public long Revision { get; private set; }

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int Measure()
    {
        var (count, values) = (0, 0);
        foreach (var (id, value) in _globals)
        {
            if (!IsSettable(id)) continue;
            count++;
            values += CameraWire.Align(value.ByteCount);
        }

        return ControlPacketWriter.Measure(count, values);
    }

    /// <summary>Writes the values that it knows and that can be set, as a control packet.</summary>
    public void Write(Span<byte> target)
    {
        var count = 0;
        foreach (var id in _globals.Keys) count += IsSettable(id) ? 1 : 0;
        var writer = new ControlPacketWriter(target, count);
        foreach (var (id, kept) in _globals)
        {
            var value = kept;
            if (IsSettable(id)) writer.TryAdd(id, (byte)value.Type, (ushort)value.Count, value.Bytes);
        }

        writer.Finish();
    }

    private bool IsSettable(uint id) => session.Profile.Find(id) is { IsWritable: true };

    // What STRICT answers for this item, and what the item becomes without STRICT.
    private CameraStatus Examine(in PacketItem item, ReadOnlySpan<byte> bytes, Func<ControlScope, bool> allowed, out ControlEntry entry)
    {
        var known = ControlValue.TryFromArray((ControlType)item.Type, bytes, out var asked);
        entry = new ControlEntry(item.Id, (uint)ItemFlags.Ignored, asked);
        if (session.Profile.Find(item.Id) is not { IsWritable: true } control || !allowed(control.Scope)) return CameraStatus.Unsupported;
        if (!session.Steers) return CameraStatus.NotOwner;
        if (!known || !control.TryClamp(asked, out var given)) return CameraStatus.Invalid;
        var isClamped = given != asked;
        entry = new ControlEntry(item.Id, isClamped ? (uint)ItemFlags.Clamped : 0, given);
        return isClamped ? CameraStatus.Invalid : CameraStatus.Ok;
    }
}
