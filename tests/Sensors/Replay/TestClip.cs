using System.Text;
using CameraFabric.Sensors.Replay;
using CameraFabric.Sensors.Tests.Synthetic;

namespace CameraFabric.Sensors.Tests.Replay;

/// <summary>A file for one test.</summary>
internal sealed class TestClip : IDisposable
{
    public TestClip(params ReadOnlySpan<byte[]> parts)
    {
        using var file = File.Create(Path);
        foreach (var part in parts) file.Write(part);
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"clip-{Guid.NewGuid():N}");

    /// <summary>A YUV4MPEG2 file of random frames.</summary>
    public static TestClip Y4m(string header, IEnumerable<byte[]> frames, string frameLine = "FRAME\n") =>
        new([Bytes(header), .. frames.Select(frame => (byte[])[.. Bytes(frameLine), .. frame])]);

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Frames of random bytes, each different.</summary>
    public static byte[][] Frames(int count, int bytes)
    {
        var random = new Random((count * 1000) + bytes);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var frame = new byte[bytes];
            random.NextBytes(frame);
            return frame;
        })];
    }

    public SensorRig Rig(Func<ReplayOptions, ReplayOptions>? change = null, ulong firstSequence = 0)
    {
        var options = new ReplayOptions { Path = Path };
        return new SensorRig(context => new ReplaySensor(context, change is null ? options : change(options)),
            firstSequence: firstSequence);
    }

    public ReplayFormatException Refused(Func<ReplayOptions, ReplayOptions>? change = null) =>
        Assert.Throws<ReplayFormatException>(() => Rig(change).Dispose());

    public void Dispose() => File.Delete(Path);
}
