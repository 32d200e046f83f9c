using System.Collections.Immutable;
using System.Globalization;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Faults;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Replay;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Hosting.Rigs;

/// <summary>Reads one camera of a rig and asks its sensor whether it can do what the rig wants.</summary>
internal sealed class RigCameraReader(string folder)
{
    private const int AnyProcessor = int.MinValue;

    private static readonly SensorFactory StandIn = static context => new SyntheticSensor(context, new SyntheticOptions());

    private static readonly StreamConfiguration StandInStream = new(PixelFormats.Nv12.FourCC, 640, 480, new FrameInterval(1, 30));

    private static readonly Dictionary<string, string> SensorKinds = new() { ["synthetic"] = "synthetic", ["replay"] = "replay" };

    private static readonly Dictionary<string, bool> ControlKinds = new() { ["per-frame"] = true, ["classical"] = false };

    private static readonly Dictionary<string, bool> SharingKinds = new() { ["owner"] = false, ["interleaved"] = true };

    private static readonly Dictionary<string, SyntheticPattern> Patterns =
        Enum.GetValues<SyntheticPattern>().ToDictionary(pattern => RigWords.Of(pattern.ToString()));

    /// <summary>Reads it. A camera with mistakes comes with a stand-in for what could not be read, so that guests may still name it.</summary>
    public CameraRig Read(string id, RigSection section) => ReadTemplate(id, section).Make();

    /// <summary>Reads it as what many cameras are made from.</summary>
    public RigCameraTemplate ReadTemplate(string id, RigSection section)
    {
        var kind = section.Choice("sensor", "synthetic", SensorKinds, required: true);
        var camera = new CameraRig { Id = id, SensorKind = kind, Sensor = StandIn, Stream = StandInStream };
        camera = camera with
        {
            Slots = section.Number("slots", camera.Slots),
            Interleaved = section.Choice("sharing", camera.Interleaved, SharingKinds),
            WatchdogPeriods = section.Number("watchdog", camera.WatchdogPeriods),
            Cpu = section.Number("cpu", otherwise: AnyProcessor) is var cpu && cpu == AnyProcessor ? null : cpu,
            Node = section.Text("node"),
            Standby = section.Text("standby"),
            Isolation = RigNodeReader.ReadIsolation(section),
        };
        var wanted = ReadStream(section, required: kind == "synthetic");
        var factory = kind == "replay" ? ReadReplay(section, wanted) : ReadSynthetic(section, wanted);
        var faults = ReadFaults(section);
        _ = section.Value("frozen-after");
        section.RefuseUnknown();
        if (factory is null || Agree(id, section, factory, wanted) is not { } agreed) return new RigCameraTemplate(camera, []);
        if (camera.Interleaved && !agreed.PerFrame)
            section.Fail("sharing", "a classical camera has no controls that could take turns", "write `control: per-frame`, or `sharing: owner`");
        var frozenAfter = section.Has("frozen-after") ? ReadFrozenAfter(section) : DiffersByItself(section, agreed.Stream) ? 30 : 0;
        return new RigCameraTemplate(camera with { Sensor = factory, Stream = agreed.Stream, FrozenAfter = frozenAfter }, faults);
    }

    private static int ReadFrozenAfter(RigSection section)
    {
        const string Right = "write 2 to 100000 frames, or 'off'";
        if (section.Text("frozen-after", right: Right) is not { } text || text == "off") return 0;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var frames) && frames is >= 2 and <= 100_000) return frames;
        section.Fail("frozen-after", $"'{text}' is not possible", Right);
        return 0;
    }

    /// <summary>A synthetic frame with its stamp never equals another; of everything else a still picture may be the truth.</summary>
    private static bool DiffersByItself(RigSection section, StreamConfiguration stream) =>
        section.Text("sensor") == "synthetic" && section.Flag("stamp", true) && FrameStamp.Fits(stream.Layout());

    private static ImmutableArray<ScriptedFault> ReadFaults(RigSection section)
    {
        var faults = ImmutableArray.CreateBuilder<ScriptedFault>();
        foreach (var entry in section.Texts("faults", "write a list, e.g. [freeze@300+30, throw@500]"))
        {
            if (ScriptedFault.TryParse(entry.Text, out var fault, out var problem, out var right)) faults.Add(fault);
            else section.Fail(entry.At, $"{section.Path}.faults", problem, right);
        }

        return faults.ToImmutable();
    }

    /// <summary>A synthetic camera can do what the rig says, and slower: so a guest that has no wish of its own gets the rig's stream.</summary>
    private static SensorFactory? ReadSynthetic(RigSection section, StreamConfiguration? wanted)
    {
        var options = new SyntheticOptions
        {
            PerFrame = section.Choice("control", true, ControlKinds),
            Pattern = section.Choice("pattern", SyntheticPattern.MovingScene, Patterns),
            Seed = ReadSeed(section),
            Stamp = section.Flag("stamp", true),
        };
        if (wanted is null) return null;
        options = options with
        {
            Formats = [new FormatOffer { Format = wanted.Format, Sizes = [FrameSizeOffer.Of(wanted.Width, wanted.Height, wanted.Interval, new FrameInterval(10, 1))] }],
        };
        return context => new SyntheticSensor(context, options);
    }

    private SensorFactory? ReadReplay(RigSection section, StreamConfiguration? wanted)
    {
        var right = "name a .y4m file, or a raw file together with format, size and rate";
        var file = section.Text("file", required: true, right: right);
        var loop = section.Flag("loop", true);
        var rate = ReadPace(section);
        if (file is null) return null;
        var path = Path.GetFullPath(file, folder);
        if (!File.Exists(path))
        {
            section.Fail("file", $"there is no file {path}", right);
            return null;
        }

        var options = new ReplayOptions { Path = path, Rate = rate, Loop = loop, RawConfiguration = wanted };
        return context => new ReplaySensor(context, options);
    }

    private static uint ReadSeed(RigSection section)
    {
        var seed = section.Number("seed", 1);
        if (seed < 0) section.Fail("seed", $"{seed} is not possible", "write a whole number from 0");
        return (uint)Math.Max(seed, 0);
    }

    private static double ReadPace(RigSection section)
    {
        const string Right = "write a factor from 0.01 to 1000 (1 is the recording's own pace) or 'as-fast-as-possible'";
        var text = section.Text("pace", right: Right);
        if (text is null) return 1;
        if (text == "as-fast-as-possible") return 0;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var pace) && pace is >= 0.01 and <= 1000) return pace;
        section.Fail("pace", $"'{text}' is not possible", Right);
        return 1;
    }

    private static StreamConfiguration? ReadStream(RigSection section, bool required)
    {
        var format = section.Text("format", required, "name a pixel format, e.g. NV12 or RAW12P");
        var size = section.Text("size", required, "write WIDTHxHEIGHT, e.g. 1920x1080");
        var rate = section.Text("rate", required, "write frames a second, e.g. 30 or 30000/1001");
        PixelFormat? pixels = null;
        if (format is not null && !PixelFormats.TryGet(format, out pixels))
            section.Fail("format", $"'{format}' is not known",
                $"write one of: {string.Join(", ", PixelFormats.All.Select(known => known.Name))}{Suggestion.For(format, PixelFormats.All.Select(known => known.Name))}");
        var (width, height) = (0, 0);
        if (size is not null && !TryReadSize(size, out width, out height))
        {
            section.Fail("size", $"'{size}' is not a size", "write WIDTHxHEIGHT, each from 16 to 16384, e.g. 1920x1080");
            size = null;
        }

        FrameInterval interval = default;
        if (rate is not null && !FrameInterval.TryParse(rate, out interval))
        {
            section.Fail("rate", $"'{rate}' is not a frame rate", "write frames a second above 0 and up to 1000, e.g. 30, 29.97 or 30000/1001");
            rate = null;
        }

        return pixels is null || size is null || rate is null ? null : new StreamConfiguration(pixels.FourCC, width, height, interval);
    }

    private static bool TryReadSize(string text, out int width, out int height)
    {
        (width, height) = (0, 0);
        var parts = text.Split('x');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out width) && width is >= 16 and <= 16384
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out height) && height is >= 16 and <= 16384;
    }

    /// <summary>What the sensor itself says of the wish: the stream it will run, or a mistake noted at the key that it would change.</summary>
    private static (StreamConfiguration Stream, bool PerFrame)? Agree(string id, RigSection section, SensorFactory factory, StreamConfiguration? wanted)
    {
        try
        {
            using var sensor = factory(new SensorContext(id, FrameClock.System, FirstSequence: 0));
            var profile = sensor.Profile;
            if (section.Text("sensor") == "replay") return (profile.Adjust(wanted ?? FirstOf(profile)), profile.IsPerFrame);
            if (wanted is null) return null;
            var can = profile.Adjust(wanted);
            if (can == wanted) return (can, profile.IsPerFrame);
            if (can.Format != wanted.Format) section.Fail("format", $"this sensor does not make {wanted.Format}", $"nearest is {can.Format}");
            else if (can.Width != wanted.Width || can.Height != wanted.Height)
                section.Fail("size", $"{wanted.Width}x{wanted.Height} is not possible in {wanted.Format}", $"nearest is {can.Width}x{can.Height}");
            else section.Fail("rate", $"{wanted.Interval} is not possible", $"nearest is {can.Interval}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or ArgumentException or InvalidDataException)
        {
            section.Fail(section.Has("file") ? "file" : "sensor", error.Message, "mend the file, or name another");
        }

        return null;
    }

    private static StreamConfiguration FirstOf(CameraProfile profile)
    {
        var offer = profile.Formats[0];
        var size = offer.Sizes[0];
        return new StreamConfiguration(offer.Format, size.MaximumWidth, size.MaximumHeight, size.ShortestInterval);
    }
}
