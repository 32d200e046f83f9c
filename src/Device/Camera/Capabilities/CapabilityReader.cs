using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Camera.Capabilities;

/// <summary>
/// Reads the records of one blob, then builds the profile. Every number is held against what it counts before it is used.
/// </summary>
internal sealed class CapabilityReader
{
    private const string MissingTimeBase = "unknown";

    private readonly List<FormatOffer> _formats = [];
    private readonly List<ControlInfo> _controls = [];
    private readonly Dictionary<uint, int> _controlAt = [];
    private readonly List<VendorNamespace> _vendors = [];
    private readonly List<(TextRecord Key, string Text)> _texts = [];
    private CameraRecord? _camera;
    private StreamRecord? _stream;
    private string? _calibration;

    /// <summary>Reads every record.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? Read(ReadOnlySpan<byte> blob)
    {
        for (var at = 0; at < blob.Length;)
        {
            var left = blob[at..];
            if (left.Length < CapabilityRecord.Bytes)
            {
                return $"capability blob: {left.Length} bytes at {at}; a record has at least {CapabilityRecord.Bytes}";
            }

            var record = CameraWire.Read<CapabilityRecord>(left);
            if (record.Length < CapabilityRecord.Bytes || record.Length % CameraWire.Alignment != 0 || record.Length > (uint)left.Length)
            {
                return $"capability blob: the record at {at} has length {record.Length}, which is not "
                    + $"a multiple of {CameraWire.Alignment} in {CapabilityRecord.Bytes}..{left.Length}";
            }

            if (ReadBody(record.Type, left[CapabilityRecord.Bytes..(int)record.Length]) is { } error)
            {
                return $"capability blob: the {record.Type} record at {at}: {error}";
            }

            at += (int)record.Length;
        }

        return null;
    }

    /// <summary>Puts the records together.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? Build(in CameraConfig config, out CameraProfile? profile, out CapabilityLimits limits)
    {
        profile = null;
        limits = default;
        if (_camera is not { } camera) return "capability blob: it has no CAMERA record";
        if (_stream is not { } stream) return "capability blob: it has no STREAM record for stream 0";
        var name = config.Name.ToString();
        var model = camera.Model.ToString();
        var timeBase = camera.TimeBase == TimeBases.MonotonicCode ? TimeBases.Monotonic : MissingTimeBase;
        foreach (var (key, text) in _texts)
        {
            switch (key.Kind)
            {
                case CapabilityTextKind.CameraName: name = text; break;
                case CapabilityTextKind.CameraModel: model = text; break;
                case CapabilityTextKind.TimeBase: timeBase = text; break;
                case CapabilityTextKind.VendorName: NameVendor(key.Id, text); break;
                default: DescribeControl(key, text); break;
            }
        }

        limits = new CapabilityLimits((int)Math.Min(camera.MaximumInFlight, int.MaxValue),
            (int)Math.Min(stream.MinimumBuffers, int.MaxValue),
            (int)Math.Min(camera.MaximumBuffers, int.MaxValue));
        profile = new CameraProfile
        {
            Name = name,
            Model = model,
            Id = config.CameraUuid.ToGuid(),
            SyncGroup = config.SyncGroupUuid.ToGuid(),
            PipelineDepth = (int)Math.Min(camera.PipelineDepth, int.MaxValue),
            TimeBase = timeBase,
            Formats = [.. _formats],
            Controls = [.. _controls],
            Vendors = [.. _vendors],
            Calibration = _calibration,
        };
        return null;
    }

    private string? ReadBody(CapabilityRecordType type, ReadOnlySpan<byte> body) => type switch
    {
        CapabilityRecordType.Camera =>
            Fixed<CameraRecord>(body, out var camera, out _) ?? (_camera is null ? Keep(out _camera, camera) : "there is one already"),
        CapabilityRecordType.Stream => ReadStream(body),
        CapabilityRecordType.Format => ReadFormat(body),
        CapabilityRecordType.Control => ReadControl(body),
        CapabilityRecordType.Vendor => ReadVendor(body),
        CapabilityRecordType.Calibration =>
            Fixed<CalibrationRecord>(body, out var calibration, out var rest) ?? ReadText(rest, calibration.TextBytes, out _calibration),
        CapabilityRecordType.Text => ReadTextRecord(body),
        _ => null,
    };

    private string? ReadStream(ReadOnlySpan<byte> body)
    {
        if (Fixed<StreamRecord>(body, out var stream, out _) is { } error) return error;
        if (stream.StreamId != StreamWire.StreamId) return null;
        return _stream is null ? Keep(out _stream, stream) : "there is one already for stream 0";
    }

    private string? ReadFormat(ReadOnlySpan<byte> body)
    {
        if (Fixed<FormatRecord>(body, out var format, out var rest) is { } error) return error;
        // A stream that this version does not offer is no mistake, only not for us.
        if (format.StreamId != StreamWire.StreamId) return null;
        if ((ulong)format.SizeCount * SizeRecord.Bytes > (ulong)rest.Length)
        {
            return $"{format.SizeCount} sizes do not fit into {rest.Length} bytes";
        }

        var sizes = ImmutableArray.CreateBuilder<FrameSizeOffer>((int)format.SizeCount);
        for (var i = 0; i < (int)format.SizeCount; i++)
        {
            var size = CameraWire.Read<SizeRecord>(rest[(i * SizeRecord.Bytes)..]);
            if (!IsRange(size.MinimumWidth, size.MaximumWidth) || !IsRange(size.MinimumHeight, size.MaximumHeight)
                || size.StepWidth > PixelFormat.MaximumDimension || size.StepHeight > PixelFormat.MaximumDimension)
            {
                return $"size {i} is {size.MinimumWidth}x{size.MinimumHeight} to {size.MaximumWidth}x{size.MaximumHeight} "
                    + $"by {size.StepWidth}x{size.StepHeight}; sizes ascend within 1..{PixelFormat.MaximumDimension}";
            }

            sizes.Add(new FrameSizeOffer
            {
                MinimumWidth = (int)size.MinimumWidth,
                MinimumHeight = (int)size.MinimumHeight,
                MaximumWidth = (int)size.MaximumWidth,
                MaximumHeight = (int)size.MaximumHeight,
                StepWidth = (int)size.StepWidth,
                StepHeight = (int)size.StepHeight,
                ShortestInterval = new FrameInterval(size.ShortestNumerator, size.ShortestDenominator),
                LongestInterval = new FrameInterval(size.LongestNumerator, size.LongestDenominator),
            });
        }

        _formats.Add(new FormatOffer { Format = new FourCC(format.FourCC), Sizes = sizes.MoveToImmutable() });
        return null;
    }

    private string? ReadControl(ReadOnlySpan<byte> body)
    {
        if (Fixed<ControlRecord>(body, out var control, out var rest) is { } error) return error;
        // A type of a later version cannot be used, but the other controls can.
        var elementBytes = PacketItem.ElementBytes(control.Type);
        if (elementBytes == 0) return null;
        if (control.Direction is < 1 or > 3) return $"direction {control.Direction}; 1, 2 or 3 would be right";
        if (control.Scope > 2) return $"scope {control.Scope}; 0, 1 or 2 would be right";
        if (control.DelayFrames > ControlInfo.MaximumDelay)
        {
            return $"a delay of {control.DelayFrames} frames; at most {ControlInfo.MaximumDelay} would be right";
        }

        if (control.MinimumCount > control.MaximumCount || control.MaximumCount * elementBytes > ControlValue.MaximumBytes)
        {
            return $"{control.MinimumCount} to {control.MaximumCount} elements of {elementBytes} bytes; "
                + $"they ascend and have at most {ControlValue.MaximumBytes} bytes";
        }

        if ((ulong)control.MenuCount * MenuRecord.Bytes > (ulong)rest.Length)
        {
            return $"{control.MenuCount} menu entries do not fit into {rest.Length} bytes";
        }

        if (!_controlAt.TryAdd(control.Id, _controls.Count)) return $"control 0x{control.Id:x} is there twice";
        var menu = ImmutableArray.CreateBuilder<ControlMenuItem>((int)control.MenuCount);
        for (var i = 0; i < (int)control.MenuCount; i++)
        {
            var entry = CameraWire.Read<MenuRecord>(rest[(i * MenuRecord.Bytes)..]);
            menu.Add(new ControlMenuItem(entry.Value, entry.Name.ToString()));
        }

        _controls.Add(new ControlInfo
        {
            Id = control.Id,
            Name = control.Name.ToString(),
            Type = (ControlType)control.Type,
            Unit = control.Unit.ToString(),
            Scope = (ControlScope)control.Scope,
            Direction = (ControlDirection)control.Direction,
            DelayFrames = (int)control.DelayFrames,
            IsTrigger = (control.Flags & ControlRecord.Trigger) != 0,
            MinimumCount = control.MinimumCount,
            MaximumCount = control.MaximumCount,
            Minimum = control.Minimum,
            Maximum = control.Maximum,
            Default = control.Default,
            Step = control.Step,
            Menu = menu.MoveToImmutable(),
        });
        return null;
    }

    private string? ReadVendor(ReadOnlySpan<byte> body)
    {
        if (Fixed<VendorRecord>(body, out var vendor, out _) is { } error) return error;
        if (vendor.Namespace > 0x7fff) return $"namespace {vendor.Namespace}; at most {0x7fff} would be right";
        _vendors.Add(new VendorNamespace((ushort)vendor.Namespace, vendor.Uuid.ToGuid(), vendor.Name.ToString()));
        return null;
    }

    private string? ReadTextRecord(ReadOnlySpan<byte> body)
    {
        if (Fixed<TextRecord>(body, out var key, out var rest) is { } error) return error;
        if (ReadText(rest, key.TextBytes, out var text) is { } wrong) return wrong;
        _texts.Add((key, text!));
        return null;
    }

    private void NameVendor(uint index, string name)
    {
        var at = _vendors.FindIndex(vendor => vendor.Index == index);
        if (at >= 0) _vendors[at] = _vendors[at] with { Name = name };
    }

    private void DescribeControl(in TextRecord key, string text)
    {
        if (!_controlAt.TryGetValue(key.Id, out var at)) return;
        var control = _controls[at];
        _controls[at] = key.Kind switch
        {
            CapabilityTextKind.ControlDescription => control with { Description = text },
            CapabilityTextKind.ControlName => control with { Name = text },
            CapabilityTextKind.ControlUnit => control with { Unit = text },
            CapabilityTextKind.MenuName when key.Index < (uint)control.Menu.Length =>
                control with { Menu = control.Menu.SetItem((int)key.Index, control.Menu[(int)key.Index] with { Name = text }) },
            _ => control,
        };
    }

    private static string? ReadText(ReadOnlySpan<byte> rest, uint bytes, out string? text)
    {
        text = bytes <= (uint)rest.Length ? Encoding.UTF8.GetString(rest[..(int)bytes]) : null;
        return text is null ? $"a text of {bytes} bytes does not fit into {rest.Length}" : null;
    }

    private static string? Fixed<T>(ReadOnlySpan<byte> body, out T value, out ReadOnlySpan<byte> rest)
        where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        value = body.Length >= size ? CameraWire.Read<T>(body) : default;
        rest = body.Length >= size ? body[size..] : default;
        return body.Length >= size ? null : $"{body.Length} bytes; {size} are needed";
    }

    private static string? Keep<T>(out T? place, T value)
        where T : struct
    {
        place = value;
        return null;
    }

    private static bool IsRange(uint least, uint most) => least >= 1 && least <= most && most <= PixelFormat.MaximumDimension;
}
