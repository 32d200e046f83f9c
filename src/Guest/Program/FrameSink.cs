using CameraFabric.Guest.Camera;

namespace CameraFabric.Guest.Program;

/// <summary>
/// Appends the used bytes of every frame to a file, plane by plane, without headers: what raw video players and replay sensors read.
/// </summary>
internal sealed class FrameSink : IDisposable
{
    private readonly FileStream _file;

    public FrameSink(string path) => _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);

    public void Write(CameraRequest request, CameraStream stream, ReadOnlySpan<byte> pixels)
    {
        var offset = 0;
        for (var plane = 0; plane < stream.PlaneBytes.Length; plane++)
        {
            _file.Write(pixels.Slice(offset, (int)request.PlaneBytesUsed[plane]));
            offset += stream.PlaneBytes[plane];
        }
    }

    public void Write(ReadOnlySpan<byte> frame) => _file.Write(frame);

    public void Dispose() => _file.Dispose();
}
