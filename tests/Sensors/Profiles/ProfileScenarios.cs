using System.Collections.Immutable;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Tests.Profiles;

/// <summary>Makes valid profiles of every kind.</summary>
internal static class ProfileScenarios
{
    public static CameraProfile Make(Decisions decisions)
    {
        var vendors = Enumerable.Range(0, decisions.Below(3))
            .Select(i => new VendorNamespace((ushort)(7 * i), Identity(decisions), $"vendor ä{i}")).ToImmutableArray();
        return new CameraProfile
        {
            Name = decisions.Of("front", "Kamera \"links\" \\ ü", "カメラ"),
            Model = decisions.Of("", "IMX-490 <rev & 2>"),
            Id = decisions.Chance(2) ? Identity(decisions) : Guid.Empty,
            SyncGroup = decisions.Chance(2) ? Identity(decisions) : Guid.Empty,
            PipelineDepth = decisions.Below(9),
            Formats = [.. Enumerable.Range(0, decisions.Between(1, 3))
                .Select(i => Format(decisions, PixelFormats.All[(7 * i + decisions.Below(7)) % PixelFormats.All.Count]))],
            Controls = Controls(decisions, vendors),
            Vendors = vendors,
            Calibration = decisions.Below(3) switch { 0 => null, 1 => "", _ => "fx: 1200\n\tfy: 1201\n\u0001 \"K\"" },
        };
    }

    private static FormatOffer Format(Decisions decisions, PixelFormat format) => new()
    {
        Format = format.FourCC,
        Sizes = [.. Enumerable.Range(0, decisions.Between(1, 3)).Select(_ => Size(decisions, format))],
    };

    private static FrameSizeOffer Size(Decisions decisions, PixelFormat format)
    {
        var width = format.WidthMultiple * decisions.Between(1, 200);
        var height = format.HeightMultiple * decisions.Between(1, 200);
        var isRange = decisions.Chance(2);
        var shortest = new FrameInterval((uint)decisions.Between(1, 1001), (uint)decisions.Between(1, 60000));
        return new FrameSizeOffer
        {
            MinimumWidth = width, MinimumHeight = height,
            MaximumWidth = width + (isRange ? decisions.Below(300) : 0), MaximumHeight = height + (isRange ? decisions.Below(300) : 0),
            StepWidth = isRange ? format.WidthMultiple * decisions.Between(1, 9) : 1,
            StepHeight = isRange ? format.HeightMultiple * decisions.Between(1, 9) : 1,
            ShortestInterval = shortest,
            LongestInterval = decisions.Chance(2)
                ? shortest
                : shortest with { Numerator = shortest.Numerator * (uint)decisions.Between(1, 9) },
        };
    }

    private static ImmutableArray<ControlInfo> Controls(Decisions decisions, ImmutableArray<VendorNamespace> vendors)
    {
        var controls = ImmutableArray.CreateBuilder<ControlInfo>();
        foreach (var control in ControlCatalogue.All)
            if (decisions.Chance(6))
                controls.Add(decisions.Below(3) switch
                {
                    0 => control,
                    1 when control.Type.IsScalar() && control.Menu.IsEmpty && control.Type != ControlType.Bool => control with
                    {
                        Minimum = control.Minimum + 1, Maximum = control.Maximum + 5, Step = decisions.Below(4),
                        Default = control.Maximum, Description = "narrowed",
                    },
                    _ => control with
                    {
                        DelayFrames = control.Scope == ControlScope.Frame ? decisions.Below(5) : 0, Unit = decisions.Of("", "ns", "µs"),
                    },
                });
        for (var i = 0; i < vendors.Length * 2; i++)
        {
            var id = ControlCatalogue.VendorId(vendors[i / 2].Index, (ushort)decisions.Below(65536));
            controls.Add(VendorControl(decisions, id ^ (uint)(i % 2), i));
        }
        // The catalogue's name with another meaning, as a file by hand might have it.
        if (decisions.Chance(5) && controls.All(control => control.Name != "Gamma"))
            controls.Add(VendorControl(decisions, 0x7777, 99) with { Name = "Gamma" });
        return [.. controls.DistinctBy(control => control.Id)];
    }

    private static ControlInfo VendorControl(Decisions decisions, uint id, int number)
    {
        var type = (ControlType)decisions.Between(1, 8);
        var least = type is ControlType.Int32 or ControlType.Int64 or ControlType.Fixed ? -decisions.Below(1 << 20) : 0;
        var most = type.IsScalar() ? type == ControlType.Bool ? 1 : decisions.Between(1, 255) : 0;
        var hasMenu = type.IsScalar() && decisions.Chance(3);
        var count = decisions.Between(1, ControlValue.MaximumBytes / type.ElementBytes());
        return new ControlInfo
        {
            Id = id, Name = $"acme.Control{number}", Type = type, Description = decisions.Of("", "what \"it\" does"),
            Unit = decisions.Of("", "px"),
            Scope = (ControlScope)decisions.Below(3), Direction = (ControlDirection)decisions.Between(1, 3),
            IsTrigger = decisions.Chance(4),
            MinimumCount = decisions.Below(count + 1), MaximumCount = count, Minimum = least, Maximum = most,
            Step = decisions.Below(3) % (most + 1),
            Default = most, Menu = hasMenu ? [new ControlMenuItem(most, "Most"), new ControlMenuItem(least, "Leäst")] : [],
        };
    }

    private static Guid Identity(Decisions decisions) =>
        new(decisions.Below(1 << 24), 1, 2, 3, 4, 5, 6, 7, 8, 9, (byte)decisions.Below(256));
}
