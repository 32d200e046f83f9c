using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Camera.Capabilities;

/// <summary>Writes the records of one profile. What a fixed field is too short for follows as a TEXT record.</summary>
internal sealed class CapabilityWriter
{
    private readonly ArrayBufferWriter<byte> _blob = new();

    public byte[] Write(CameraProfile profile, in CapabilityLimits limits)
    {
        var isMonotonic = profile.TimeBase == TimeBases.Monotonic;
        Add(CapabilityRecordType.Camera, new CameraRecord(Text64.From(profile.Model), (uint)profile.PipelineDepth,
            isMonotonic ? TimeBases.MonotonicCode : 0, (uint)limits.MaximumInFlight, (uint)limits.MaximumBuffers));
        AddLongText(CapabilityTextKind.CameraName, 0, 0, profile.Name, 64);
        AddLongText(CapabilityTextKind.CameraModel, 0, 0, profile.Model, 64);
        if (!isMonotonic) AddText(CapabilityTextKind.TimeBase, 0, 0, profile.TimeBase);
        Add(CapabilityRecordType.Stream,
            new StreamRecord(StreamWire.StreamId, StreamWire.RoleOf(profile), (uint)limits.MinimumBuffers, (uint)limits.MaximumBuffers));
        foreach (var format in profile.Formats) Add(format);
        foreach (var vendor in profile.Vendors)
        {
            Add(CapabilityRecordType.Vendor, new VendorRecord(vendor.Index, 0, WireUuid.From(vendor.Id), Text48.From(vendor.Name)));
            AddLongText(CapabilityTextKind.VendorName, vendor.Index, 0, vendor.Name, 48);
        }

        foreach (var control in profile.Controls) Add(control);
        if (profile.Calibration is { } calibration)
        {
            var text = Encoding.UTF8.GetBytes(calibration);
            Add(CapabilityRecordType.Calibration, new CalibrationRecord((uint)text.Length, 0), text);
        }

        return _blob.WrittenSpan.ToArray();
    }

    private void Add(FormatOffer offer)
    {
        PixelFormats.TryGet(offer.Format, out var known);
        var sizes = new byte[offer.Sizes.Length * SizeRecord.Bytes];
        var planes = 1;
        for (var i = 0; i < offer.Sizes.Length; i++)
        {
            var size = offer.Sizes[i];
            var largest = LargestFrame(known, size, ref planes);
            CameraWire.Write(sizes.AsSpan(i * SizeRecord.Bytes), new SizeRecord(
                (uint)size.MinimumWidth, (uint)size.MinimumHeight, (uint)size.MaximumWidth, (uint)size.MaximumHeight,
                (uint)size.StepWidth, (uint)size.StepHeight, size.ShortestInterval.Numerator, size.ShortestInterval.Denominator,
                size.LongestInterval.Numerator, size.LongestInterval.Denominator, largest, 0));
        }

        var flags = known is { IsCompressed: true } ? FormatRecord.Compressed : 0;
        Add(CapabilityRecordType.Format,
            new FormatRecord(StreamWire.StreamId, offer.Format.Value, flags, (uint)planes, (uint)offer.Sizes.Length, 0), sizes);
    }

    private void Add(ControlInfo control)
    {
        var menu = new byte[control.Menu.Length * MenuRecord.Bytes];
        for (var i = 0; i < control.Menu.Length; i++)
        {
            CameraWire.Write(menu.AsSpan(i * MenuRecord.Bytes), new MenuRecord(control.Menu[i].Value, Text32.From(control.Menu[i].Name)));
        }

        Add(CapabilityRecordType.Control, new ControlRecord(
            control.Id, (byte)control.Type, (byte)control.Direction, (byte)control.Scope,
            control.IsTrigger ? ControlRecord.Trigger : (byte)0, (ushort)control.MinimumCount, (ushort)control.MaximumCount,
            (uint)control.DelayFrames, control.Minimum, control.Maximum, control.Default, control.Step,
            Text32.From(control.Name), Text16.From(control.Unit), (uint)control.Menu.Length, 0), menu);
        AddLongText(CapabilityTextKind.ControlName, control.Id, 0, control.Name, 32);
        AddLongText(CapabilityTextKind.ControlUnit, control.Id, 0, control.Unit, 16);
        for (var i = 0; i < control.Menu.Length; i++)
        {
            AddLongText(CapabilityTextKind.MenuName, control.Id, (uint)i, control.Menu[i].Name, 32);
        }

        if (control.Description.Length > 0) AddText(CapabilityTextKind.ControlDescription, control.Id, 0, control.Description);
    }

    private void AddLongText(CapabilityTextKind kind, uint id, uint index, string text, int fieldBytes)
    {
        if (!WireText.Fits(text, fieldBytes)) AddText(kind, id, index, text);
    }

    private void AddText(CapabilityTextKind kind, uint id, uint index, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Add(CapabilityRecordType.Text, new TextRecord(kind, id, index, (uint)bytes.Length), bytes);
    }

    private void Add<T>(CapabilityRecordType type, in T body, ReadOnlySpan<byte> tail = default)
        where T : unmanaged
    {
        var length = CameraWire.Align(CapabilityRecord.Bytes + Unsafe.SizeOf<T>() + tail.Length);
        var target = _blob.GetSpan(length)[..length];
        target.Clear();
        CameraWire.Write(target, new CapabilityRecord(type, 0, (uint)length));
        CameraWire.Write(target[CapabilityRecord.Bytes..], body);
        tail.CopyTo(target[(CapabilityRecord.Bytes + Unsafe.SizeOf<T>())..]);
        _blob.Advance(length);
    }

    // For drivers that set their buffers aside early; 0 where the format's rules do not tell.
    private static uint LargestFrame(PixelFormat? format, FrameSizeOffer size, ref int planes)
    {
        if (format is null || size.MaximumWidth % format.WidthMultiple != 0 || size.MaximumHeight % format.HeightMultiple != 0) return 0;
        if (size.MaximumWidth is < 1 or > PixelFormat.MaximumDimension
            || size.MaximumHeight is < 1 or > PixelFormat.MaximumDimension) return 0;
        // Four bytes a pixel bound every format that the frame path knows; a frame beyond 2 GiB has no layout.
        if ((long)size.MaximumWidth * size.MaximumHeight * 4 > int.MaxValue) return 0;
        var layout = format.Layout(size.MaximumWidth, size.MaximumHeight);
        planes = layout.Planes.Length;
        return (uint)layout.TotalBytes;
    }
}
