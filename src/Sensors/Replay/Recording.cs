using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using Microsoft.Win32.SafeHandles;

namespace CameraFabric.Sensors.Replay;

/// <summary>A file of uncompressed frames, read from front to end straight into the caller's memory. Not thread-safe; reading allocates
/// nothing.</summary>
internal abstract class Recording : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly long _firstFrame;

    // Where the next frame's pixels begin; -1 when that has not been looked up.
    private long _start = -1;

    protected Recording(string path, SafeFileHandle file, StreamConfiguration configuration, long firstFrame)
    {
        Path = path;
        _file = file;
        Configuration = configuration;
        Layout = configuration.Layout();
        _firstFrame = Position = firstFrame;
    }

    /// <summary>The file's name.</summary>
    public string Path { get; }

    /// <summary>What the frames are.</summary>
    public StreamConfiguration Configuration { get; }

    /// <summary>Where a frame's planes lie.</summary>
    public FrameLayout Layout { get; }

    /// <summary>The number of the next frame, from 0.</summary>
    public long Frame { get; private set; }

    /// <summary>Where the next frame begins.</summary>
    protected long Position { get; private set; }

    /// <summary>Opens a file of any kind that can be replayed.</summary>
    /// <exception cref="ReplayFormatException">The file is not what it should be.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Recording Open(ReplayOptions options)
    {
        // Another may be writing the file still, or take it away: that is answered frame by frame.
        var file = File.OpenHandle(options.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
            FileOptions.SequentialScan);
        try
        {
            return Y4mRecording.IsY4m(file)
                ? new Y4mRecording(options.Path, file, options)
                : new RawRecording(options.Path, file, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether another frame begins before the end of the file (it may yet turn out not to be all there).</summary>
    /// <exception cref="ReplayFormatException">What follows is no frame.</exception>
    public bool HasNext()
    {
        if (_start >= 0) return true;
        if (!TryFindFrame(out var start)) return false;
        _start = start;
        return true;
    }

    /// <summary>Reads the next frame.</summary>
    /// <param name="pixels">At least the layout's bytes.</param>
    /// <exception cref="ReplayFormatException">The frame is broken or not all there; nothing of it counts.</exception>
    /// <exception cref="EndOfStreamException">There is no next frame.</exception>
    public void Read(Span<byte> pixels)
    {
        if (!HasNext()) throw new EndOfStreamException($"{Path} has no frame {Frame}.");
        var wanted = pixels[..Layout.TotalBytes];
        var read = ReadAt(_start, wanted);
        if (read < wanted.Length)
        {
            throw new ReplayFormatException(Path, _start + read, Frame,
                $"the file ends after {read} of the frame's {wanted.Length} bytes; cut it off before this frame, or copy it again.");
        }

        Position = _start + wanted.Length;
        _start = -1;
        Frame++;
    }

    /// <summary>Goes back to the first frame.</summary>
    public void Rewind()
    {
        Position = _firstFrame;
        _start = -1;
        Frame = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Finds where the pixels of the next frame begin; false at the end of the file.</summary>
    protected abstract bool TryFindFrame(out long start);

    /// <summary>Reads until the target is full or the file ends.</summary>
    protected int ReadAt(long offset, Span<byte> target) => ReadAt(_file, offset, target);

    /// <inheritdoc cref="ReadAt(long, Span{byte})"/>
    protected static int ReadAt(SafeFileHandle file, long offset, Span<byte> target)
    {
        var done = 0;
        while (done < target.Length)
        {
            var read = RandomAccess.Read(file, target[done..], offset + done);
            if (read == 0) break;
            done += read;
        }

        return done;
    }
}
