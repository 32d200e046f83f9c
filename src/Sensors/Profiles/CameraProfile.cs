using System.Collections.Immutable;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Profiles;

/// <summary>A vendor's range of control ids: those with <see cref="ControlCatalogue.VendorBit"/> and this index.</summary>
/// <param name="Index">0 to 0x7FFF; chosen by the profile.</param>
/// <param name="Id">Says whose it is, on every camera.</param>
/// <param name="Name">For people; at most 47 bytes.</param>
public sealed record VendorNamespace(ushort Index, Guid Id, string Name);

/// <summary>What a camera says of itself. Data: it can be saved from a car and replayed in the cloud.</summary>
public sealed partial record CameraProfile
{
    /// <summary>The camera's name; at most 63 bytes.</summary>
    public required string Name { get; init; }

    /// <summary>What the camera is; at most 63 bytes.</summary>
    public string Model { get; init; } = "";

    /// <summary>This very camera, everywhere and always.</summary>
    public Guid Id { get; init; }

    /// <summary>Cameras with the same one expose at the same time; empty = none.</summary>
    public Guid SyncGroup { get; init; }

    /// <summary>Frames from an edge until its frame can be delivered.</summary>
    public int PipelineDepth { get; init; }

    /// <summary>The clock of the time stamps: "monotonic", this host's CLOCK_MONOTONIC.</summary>
    public string TimeBase { get; init; } = "monotonic";

    /// <summary>Formats; the camera's favourite first.</summary>
    public required ImmutableArray<FormatOffer> Formats { get; init; }

    /// <summary>Controls.</summary>
    public ImmutableArray<ControlInfo> Controls { get; init; } = [];

    /// <summary>Vendors whose controls are among them.</summary>
    public ImmutableArray<VendorNamespace> Vendors { get; init; } = [];

    /// <summary>Calibration data, passed through untouched; null = none.</summary>
    public string? Calibration { get; init; }

    /// <summary>True when controls can be set for single frames; otherwise the camera is one of the classical kind.</summary>
    public bool IsPerFrame => Controls.Any(control => control.IsWritable && control.Scope == ControlScope.Frame);

    /// <summary>The control with this id; null when the camera has none.</summary>
    public ControlInfo? Find(uint id)
    {
        foreach (var control in Controls)
            if (control.Id == id)
                return control;
        return null;
    }

    /// <summary>The configuration nearest to what is wanted that the camera can do. The format wins over the size, the size over the rate;
    /// a format that is not
    /// offered becomes the camera's favourite. Adjusting what was adjusted changes nothing.</summary>
    /// <exception cref="InvalidOperationException">The profile offers nothing.</exception>
    public StreamConfiguration Adjust(StreamConfiguration wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var offer = Formats.FirstOrDefault(format => format.Format == wanted.Format && format.Sizes.Length > 0)
            ?? Formats.FirstOrDefault(format => format.Sizes.Length > 0)
            ?? throw new InvalidOperationException($"Camera '{Name}' offers no format and size.");
        StreamConfiguration? best = null;
        var bestDistance = (Size: long.MaxValue, Time: long.MaxValue);
        foreach (var size in offer.Sizes)
        {
            var (width, height, interval) = size.Nearest(wanted.Width, wanted.Height, wanted.Interval);
            var distance = (
                Size: Math.Abs((long)width - wanted.Width) + Math.Abs((long)height - wanted.Height),
                Time: interval == wanted.Interval ? 0 : Math.Max(1, Math.Abs(interval.Nanoseconds - wanted.Interval.Nanoseconds)));
            if (best is not null && distance.CompareTo(bestDistance) >= 0)
                continue;
            best = new StreamConfiguration(offer.Format, width, height, interval);
            bestDistance = distance;
        }
        return best!;
    }

    /// <summary>Profiles are equal when everything that they say is.</summary>
    public bool Equals(CameraProfile? other) => other is not null && Name == other.Name && Model == other.Model && Id == other.Id
        && SyncGroup == other.SyncGroup && PipelineDepth == other.PipelineDepth && TimeBase == other.TimeBase
        && Calibration == other.Calibration
        && Formats.AsSpan().SequenceEqual(other.Formats.AsSpan()) && Controls.AsSpan().SequenceEqual(other.Controls.AsSpan())
        && Vendors.AsSpan().SequenceEqual(other.Vendors.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Model, Id, Formats.Length, Controls.Length);
}
