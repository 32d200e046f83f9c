using System.Globalization;
using System.Text.RegularExpressions;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Hosting.GuestLinux;

/// <summary>One frame as <c>v4l2-ctl</c> told of it.</summary>
/// <param name="Sequence">V4L2's number.</param>
/// <param name="Microseconds">The driver's time stamp, the guest's monotonic clock.</param>
/// <param name="SeenAt">When the line came to the host, on the frame clock.</param>
internal readonly record struct ToldFrame(uint Sequence, long Microseconds, long SeenAt);

/// <summary>
/// The frames of one guest: what <c>v4l2-ctl</c> says of each on the console, and what stands in the pixels of the file that it became.
/// A file is taken away as soon as it is read.
/// </summary>
internal sealed partial class GuestFrames(string folder, FrameLayout layout)
{
    private readonly Lock _gate = new();
    private readonly List<ToldFrame> _told = [];
    private readonly List<ulong> _stamps = [];
    private readonly byte[] _pixels = new byte[layout.TotalBytes];
    private string _wrong = "";

    /// <summary>The frames in the console's order.</summary>
    public IReadOnlyList<ToldFrame> Told
    {
        get { lock (_gate) return [.. _told]; }
    }

    /// <summary>
    /// Buffers that came back with V4L2's error flag: the frame that they were for was lost. They are no frames, and have no file.
    /// </summary>
    public int Errors { get; private set; }

    /// <summary>The frame numbers in the pixels, in the files' order.</summary>
    public IReadOnlyList<ulong> Stamps => _stamps;

    /// <summary>The first thing that was wrong with a file or with the order of the frames; empty if nothing was.</summary>
    public string Wrong => _wrong.Length > 0 ? _wrong : Disagreement();

    /// <summary>A line of the guest's console.</summary>
    public void Hear(string line)
    {
        if (Dequeued().Match(line) is not { Success: true } match) return;
        if (match.Groups[4].ValueSpan.StartsWith("error"))
        {
            Errors++;
            return;
        }

        var (whole, part) = (Number(match, 2), Number(match, 3));
        lock (_gate) _told.Add(new ToldFrame((uint)Number(match, 1), whole * 1_000_000 + part, FrameClock.System.Now));
    }

    /// <summary>Reads the files that are whole, and removes them.</summary>
    public void Collect()
    {
        while (Path.Combine(folder, $"{_stamps.Count}.raw") is var file && _wrong.Length == 0 && File.Exists(file))
        {
            using (var frame = File.OpenRead(file))
            {
                if (frame.Length == layout.TotalBytes) frame.ReadExactly(_pixels);
                else _wrong = $"frame {_stamps.Count} has {frame.Length} bytes, and {layout} has {layout.TotalBytes}";
            }

            if (_wrong.Length > 0) return;
            if (FrameStamp.TryRead(layout, _pixels, out var truth)) _stamps.Add(truth.Sequence);
            else _wrong = $"frame {_stamps.Count} has no whole stamp in its pixels";
            File.Delete(file);
        }
    }

    // V4L2's numbers begin where the stream began, the sensor's long before; from frame to frame both must rise, and alike. A frame
    // that comes twice would rise alike too: by nothing.
    private string Disagreement()
    {
        var told = Told;
        for (var at = 1; at < told.Count; at++)
        {
            var (before, now) = (told[at - 1], told[at]);
            if (now.Sequence <= before.Sequence) return $"frame {at}: v4l2-ctl went from number {before.Sequence} to {now.Sequence}";
            if (now.Microseconds <= before.Microseconds)
                return $"frame {at}: v4l2-ctl went from time {before.Microseconds} to {now.Microseconds} us";
        }

        for (var at = 1; at < _stamps.Count; at++)
        {
            var pixels = (long)_stamps[at] - (long)_stamps[at - 1];
            if (pixels <= 0 || (at < told.Count && pixels != (long)told[at].Sequence - told[at - 1].Sequence))
            {
                var lines = at < told.Count ? $"from {told[at - 1].Sequence} to {told[at].Sequence}" : "no further";
                return $"frame {at}: v4l2-ctl went {lines}, the pixels from {_stamps[at - 1]} to {_stamps[at]}";
            }
        }

        return "";
    }

    private static long Number(Match match, int group) => long.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"dqbuf: +\d+ seq: +(\d+) bytesused: +\d+ ts: +(\d+)\.(\d{6})[^(]*\(([^)]*)")]
    private static partial Regex Dequeued();
}
