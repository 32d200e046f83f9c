using System.IO.Pipes;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Platform;

namespace CameraFabric.Fuzz.Messages;

/// <summary>Descriptors of every kind that a front-end might send. The kernel sends duplicates; these stay here.</summary>
internal sealed class DescriptorKit : IDisposable
{
    private readonly FileDescriptor _guest;
    private readonly MemoryFile _small;
    private readonly MemoryFile _loose;
    private readonly MemoryFile _readOnly;
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.In);
    private readonly FileStream _null = new("/dev/null", FileMode.Open, FileAccess.ReadWrite);
    private readonly FileDescriptor _pipeIn;
    private readonly FileDescriptor _pipeOut;
    private readonly FileDescriptor _nowhere;
    private readonly EventFd[] _events = new EventFd[CameraWire.QueueCount];
    private (UnixSocket Ours, UnixSocket Theirs) _socket;

    public DescriptorKit(string name, FileDescriptor guest)
    {
        _guest = guest;
        _small = MemoryFile.Create($"{name}small", 4096);
        _loose = MemoryFile.Create($"{name}loose", 1 << 16, MemorySeals.None);
        _readOnly = MemoryFile.Create($"{name}rigid", 1 << 16, MemorySeals.Write | MemorySeals.Shrink);
        _pipeIn = new FileDescriptor((int)_pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        _pipeOut = new FileDescriptor((int)_pipe.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        _nowhere = new FileDescriptor((int)_null.SafeFileHandle.DangerousGetHandle(), ownsHandle: false);
        Open();
    }

    /// <summary>Names of the kinds, by number.</summary>
    public const int Kinds = 10;

    /// <summary>Descriptors of one kind, or of all in turn.</summary>
    public FileDescriptor[] Take(int kind, int queue, int count)
    {
        var files = new FileDescriptor[count];
        for (var i = 0; i < count; i++) files[i] = One(kind == Kinds - 1 ? i : kind, queue);
        return files;
    }

    public void Kick(int queue) => _events[queue].Signal();

    /// <summary>Signals and sockets anew, so that no execution sees what another left in them.</summary>
    public void Renew()
    {
        Close();
        Open();
    }

    public void Dispose()
    {
        Close();
        _pipe.ClientSafePipeHandle.Dispose();
        _pipe.Dispose();
        _null.Dispose();
        _small.Dispose();
        _loose.Dispose();
        _readOnly.Dispose();
    }

    private FileDescriptor One(int kind, int queue) => (kind % (Kinds - 1)) switch
    {
        0 => _guest,
        1 => _events[queue % _events.Length].Descriptor,
        2 => _socket.Theirs.Descriptor,
        3 => _small.Descriptor,
        4 => _loose.Descriptor,
        5 => _readOnly.Descriptor,
        6 => _pipeIn,
        7 => _pipeOut,
        _ => _nowhere,
    };

    private void Open()
    {
        for (var i = 0; i < _events.Length; i++) _events[i] = EventFd.Create();
        _socket = UnixSocket.Pair();
    }

    private void Close()
    {
        foreach (var signal in _events) signal.Dispose();
        _socket.Ours.Dispose();
        _socket.Theirs.Dispose();
    }
}
