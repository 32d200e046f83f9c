using System.Collections.Immutable;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>
/// G_EXT_CTRLS, TRY_EXT_CTRLS, S_EXT_CTRLS, and G_CTRL and S_CTRL of older drivers, with the kernel's rules for <c>which</c> and
/// <c>error_idx</c>. Works on copies: values behind pointers are read before anything is judged and written after. Session thread only.
/// </summary>
internal sealed class ExtendedControls(ControlDesk desk)
{
    /// <summary>Controls of one ioctl at the most (V4L2_CID_MAX_CTRLS).</summary>
    public const int MaximumControls = 1024;

    private readonly List<MappedControl> _controls = [];
    private readonly List<GuestRange[]> _places = [];
    private readonly Dictionary<uint, int> _named = [];

    /// <summary>How many bytes of the command are the structure and its controls; 0 for more controls than there can be.</summary>
    public static int Measure(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < V4l2ExtendedControls.Bytes) return V4l2ExtendedControls.Bytes;
        var count = CameraWire.Read<V4l2ExtendedControls>(payload).Count;
        return count > MaximumControls ? 0 : V4l2ExtendedControls.Bytes + (int)count * V4l2ExtendedControl.Bytes;
    }

    /// <summary>G_EXT_CTRLS.</summary>
    public MediaStatus Get(Span<byte> payload, ReadOnlySpan<byte> behind, DescriptorChain chain)
    {
        var (status, _) = Prepare(payload, behind, chain, isGet: true);
        var head = CameraWire.Read<V4l2ExtendedControls>(payload);
        SetErrorIndex(payload, head.Count);
        if (status != MediaStatus.Ok) return status;
        var isDefault = head.Which == V4l2ExtendedControls.Defaults;
        foreach (var control in _controls)
        {
            if ((desk.FlagsOf(control) & V4l2ControlFlags.WriteOnly) != 0 && !isDefault) return MediaStatus.Access;
        }

        for (var i = 0; i < _controls.Count; i++)
        {
            var value = isDefault ? _controls[i].Info!.DefaultValue : _controls[i].Value;
            Put(payload, i, _controls[i], value, chain);
        }

        return MediaStatus.Ok;
    }

    /// <summary>TRY_EXT_CTRLS, and the first half of S_EXT_CTRLS: judges all, then says what would be set.</summary>
    public MediaStatus Examine(Span<byte> payload, ReadOnlySpan<byte> behind, DescriptorChain chain, bool isSet,
        out ImmutableArray<ControlEntry> entries)
    {
        entries = [];
        var head = CameraWire.Read<V4l2ExtendedControls>(payload);
        SetErrorIndex(payload, head.Count);
        if (head.Which == V4l2ExtendedControls.Defaults) return MediaStatus.Invalid;
        var (status, at) = Prepare(payload, behind, chain, isGet: false);
        var values = new ControlValue[_controls.Count];
        for (var i = 0; status == MediaStatus.Ok && i < _controls.Count; i++)
        {
            at = i;
            var flags = desk.FlagsOf(_controls[i]);
            status = (flags & V4l2ControlFlags.ReadOnly) != 0 ? MediaStatus.Access
                : isSet && (flags & V4l2ControlFlags.Grabbed) != 0 ? MediaStatus.Busy
                : Take(payload, i, chain, out values[i]);
        }

        if (status != MediaStatus.Ok)
        {
            // Of S_EXT_CTRLS it says that nothing was set.
            SetErrorIndex(payload, isSet ? head.Count : (uint)at);
            return status;
        }

        // A control that is named more than once is set once, to what is named last.
        var effective = ImmutableArray.CreateBuilder<ControlEntry>();
        _named.Clear();
        for (var i = 0; i < _controls.Count; i++)
        {
            Put(payload, i, _controls[i], values[i], chain);
            var entry = new ControlEntry(_controls[i].Info!.Id, values[i]);
            if (_named.TryAdd(entry.Id, effective.Count)) effective.Add(entry);
            else effective[_named[entry.Id]] = entry;
        }

        entries = effective.ToImmutable();
        return MediaStatus.Ok;
    }

    /// <summary>G_CTRL.</summary>
    public MediaStatus GetOld(Span<byte> payload)
    {
        var asked = CameraWire.Read<V4l2Control>(payload);
        if (desk.Map.Find(asked.Id) is not { } control || control.IsArray || control.Type == V4l2ControlType.Integer64) return MediaStatus.Invalid;
        if ((desk.FlagsOf(control) & V4l2ControlFlags.WriteOnly) != 0) return MediaStatus.Access;
        CameraWire.Write(payload, asked with { Value = (int)control.Plain(control.Value) });
        return MediaStatus.Ok;
    }

    /// <summary>S_CTRL: judges, and says what would be set.</summary>
    public MediaStatus ExamineOld(Span<byte> payload, out ImmutableArray<ControlEntry> entries)
    {
        entries = [];
        var asked = CameraWire.Read<V4l2Control>(payload);
        if (desk.Map.Find(asked.Id) is not { } control || control.IsArray || control.Type == V4l2ControlType.Integer64) return MediaStatus.Invalid;
        var flags = desk.FlagsOf(control);
        if ((flags & V4l2ControlFlags.ReadOnly) != 0) return MediaStatus.Access;
        if ((flags & V4l2ControlFlags.Grabbed) != 0) return MediaStatus.Busy;
        var status = control.TryTake(asked.Value, out var value);
        if (status != MediaStatus.Ok) return status;
        CameraWire.Write(payload, asked with { Value = (int)control.Plain(value) });
        entries = [new ControlEntry(control.Info!.Id, value)];
        return MediaStatus.Ok;
    }

    // Finds the controls and where their arrays lie; on failure also which one was wrong.
    private (MediaStatus Status, int At) Prepare(Span<byte> payload, ReadOnlySpan<byte> behind, DescriptorChain chain, bool isGet)
    {
        _controls.Clear();
        _places.Clear();
        var head = CameraWire.Read<V4l2ExtendedControls>(payload);
        var which = head.Which;
        var isClass = which != V4l2ExtendedControls.Current && which != V4l2ExtendedControls.Defaults;
        if (isClass && (ControlMap.ClassOf(which) != which || !desk.Map.HasClass(which))) return (MediaStatus.Invalid, 0);
        for (var i = 0; i < (int)head.Count; i++)
        {
            var item = ItemAt(payload, i);
            if (desk.Map.Find(item.Id) is not { } control || (isClass && ControlMap.ClassOf(item.Id) != which)) return (MediaStatus.Invalid, i);
            if (control.Info is null) return (MediaStatus.Access, i);
            if (!TryReadPlaces(ref behind, item.Size, chain, out var places)) return (MediaStatus.Fault, i);
            if (control.IsArray && item.Size < (uint)control.Bytes)
            {
                CameraWire.Write(payload[Place(i)..], item with { Size = (uint)control.Bytes });
                return (isGet ? MediaStatus.NoSpace : MediaStatus.Fault, i);
            }

            _controls.Add(control);
            _places.Add(places);
        }

        return (MediaStatus.Ok, 0);
    }

    // The entries that cover so many bytes. Whoever names more than any control has is refused by the bound on a command's bytes.
    private static bool TryReadPlaces(ref ReadOnlySpan<byte> behind, uint size, DescriptorChain chain, out GuestRange[] places)
    {
        var found = new List<GuestRange>();
        long left = size;
        places = [];
        while (left > 0)
        {
            if (behind.Length < MediaSgEntry.Bytes) return false;
            var entry = CameraWire.Read<MediaSgEntry>(behind);
            behind = behind[MediaSgEntry.Bytes..];
            if (entry.Length == 0 || !chain.Memory.TryTranslate(entry.Start, entry.Length, out var range, out _)) return false;
            found.Add(range.Slice(0, (int)Math.Min(left, range.Length)));
            left -= range.Length;
        }

        places = [.. found];
        return true;
    }

    private MediaStatus Take(Span<byte> payload, int index, DescriptorChain chain, out ControlValue value)
    {
        var control = _controls[index];
        if (!control.IsArray) return control.TryTake(ItemAt(payload, index).Value, out value);
        value = default;
        Span<byte> bytes = stackalloc byte[ControlValue.MaximumBytes];
        bytes = bytes[..control.Bytes];
        if (!chain.Queue.TryBeginWrite()) return MediaStatus.Io;
        try
        {
            var at = 0;
            foreach (var place in _places[index])
            {
                var length = Math.Min(place.Length, bytes.Length - at);
                place.Slice(0, length).Readable.CopyTo(bytes[at..]);
                at += length;
            }
        }
        finally
        {
            chain.Queue.EndWrite();
        }

        return control.TryTake(bytes, out value);
    }

    private void Put(Span<byte> payload, int index, MappedControl control, in ControlValue value, DescriptorChain chain)
    {
        if (!control.IsArray)
        {
            CameraWire.Write(payload[Place(index)..], ItemAt(payload, index) with { Value = control.Plain(value) });
            return;
        }

        Span<byte> bytes = stackalloc byte[ControlValue.MaximumBytes];
        bytes = bytes[..control.Bytes];
        control.Write(value, bytes);
        if (!chain.Queue.TryBeginWrite()) return;
        try
        {
            var at = 0;
            foreach (var place in _places[index])
            {
                var length = Math.Min(place.Length, bytes.Length - at);
                bytes.Slice(at, length).CopyTo(place.Slice(0, length).Writable);
                at += length;
            }
        }
        finally
        {
            chain.Queue.EndWrite();
        }
    }

    private static int Place(int index) => V4l2ExtendedControls.Bytes + index * V4l2ExtendedControl.Bytes;

    private static V4l2ExtendedControl ItemAt(ReadOnlySpan<byte> payload, int index) =>
        CameraWire.Read<V4l2ExtendedControl>(payload[Place(index)..]);

    private static void SetErrorIndex(Span<byte> payload, uint index) =>
        CameraWire.Write(payload, CameraWire.Read<V4l2ExtendedControls>(payload) with { ErrorIndex = index });
}
