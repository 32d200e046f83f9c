using System.Runtime.InteropServices;
using CameraFabric.Device.Media.Wire;

namespace CameraFabric.Guest.Media;

/// <summary>
/// An open file of a virtio-media device. Methods named after an ioctl return 0 or a Linux errno, and throw only when the connection has
/// ended (<see cref="MediaDriverException"/>).
/// </summary>
public sealed partial class MediaSession : IDisposable
{
    private readonly MediaDriver _driver;
    private readonly Lock _gate = new();
    private readonly MediaQueue _queue = new();
    private readonly Queue<V4l2Event> _occurred = [];
    private readonly SemaphoreSlim _signal = new(0);
    private bool _closed;

    internal MediaSession(MediaDriver driver, uint id)
    {
        _driver = driver;
        Id = id;
    }

    /// <summary>The device's number for it.</summary>
    public uint Id { get; }

    /// <summary>The errno with which the device gave the session up; null while it lives.</summary>
    public int? Lost { get; private set; }

    /// <summary>Buffers that are with the device.</summary>
    public int Queued
    {
        get
        {
            lock (_gate) return _queue.Queued;
        }
    }

    /// <summary>An ioctl whose payload goes both ways (<c>_IOWR</c>), in the same guest memory.</summary>
    public int Ioctl<T>(MediaIoctl code, ref T payload)
        where T : unmanaged => _driver.Ioctl(Id, code, IoctlDirection.ReadWrite, BytesOf(ref payload));

    /// <summary>An ioctl whose payload the device reads (<c>_IOW</c>).</summary>
    public int Write<T>(MediaIoctl code, T payload)
        where T : unmanaged => _driver.Ioctl(Id, code, IoctlDirection.Write, BytesOf(ref payload));

    /// <summary>An ioctl whose payload the device writes (<c>_IOR</c>).</summary>
    public int Read<T>(MediaIoctl code, out T payload)
        where T : unmanaged
    {
        payload = default;
        return _driver.Ioctl(Id, code, IoctlDirection.Read, BytesOf(ref payload));
    }

    /// <summary>G_EXT_CTRLS, S_EXT_CTRLS or TRY_EXT_CTRLS.</summary>
    /// <param name="code">Which of them.</param>
    /// <param name="head">The head; its count is that of <paramref name="controls"/> unless a test lies.</param>
    /// <param name="controls">The controls.</param>
    /// <param name="pointedTo">Guest memory behind the pointers of controls with a size, in their order.</param>
    public int Controls(
        MediaIoctl code, ref V4l2ExtendedControls head, Span<V4l2ExtendedControl> controls, params ReadOnlySpan<MediaSgEntry> pointedTo)
    {
        var array = MemoryMarshal.AsBytes(controls);
        var payload = new byte[V4l2ExtendedControls.Bytes + array.Length];
        MemoryMarshal.Write(payload, head);
        array.CopyTo(payload.AsSpan(V4l2ExtendedControls.Bytes));
        var status = _driver.Ioctl(Id, code, IoctlDirection.ReadWrite, payload, array.Length, pointedTo);
        head = MemoryMarshal.Read<V4l2ExtendedControls>(payload);
        payload.AsSpan(V4l2ExtendedControls.Bytes).CopyTo(array);
        return status;
    }

    /// <summary>SUBSCRIBE_EVENT. With SEND_INITIAL the event queue is looked at right after the answer, as Linux does.</summary>
    public int Subscribe(V4l2EventSubscription subscription)
    {
        var status = Write(MediaIoctl.SubscribeEvent, subscription);
        if (status == 0 && subscription.Flags.HasFlag(V4l2SubscriptionFlags.SendInitial)) _driver.ProcessEvents();
        return status;
    }

    /// <summary>Maps the buffer at an offset that QUERYBUF told.</summary>
    public int Map(uint offset, bool writable, out MediaMmapResponse mapping) => _driver.Map(Id, offset, writable, out mapping);

    /// <summary>CLOSE.</summary>
    public void Close()
    {
        if (_closed) return;
        _closed = true;
        _driver.Close(this);
    }

    /// <summary>Closes the session if the connection still stands.</summary>
    public void Dispose()
    {
        try
        {
            if (_driver.Failure is null) Close();
        }
        catch (Exception error) when (error is MediaDriverException or ObjectDisposedException)
        {
            // Gone with its connection.
        }
    }

    /// <summary>Takes an event that has come; waits for none.</summary>
    public bool TryTakeEvent(out V4l2Event occurred)
    {
        lock (_gate) return _occurred.TryDequeue(out occurred);
    }

    /// <summary>Waits for an event.</summary>
    public bool TryTakeEvent(TimeSpan timeout, out V4l2Event occurred)
    {
        var until = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (!TryTakeEvent(out occurred))
        {
            if (!WaitUntil(until)) return TryTakeEvent(out occurred);
        }

        return true;
    }

    internal void Signal() => _signal.Release();

    internal void Occurred(in V4l2Event occurred)
    {
        lock (_gate) _occurred.Enqueue(occurred);
    }

    internal void Lose(int errno)
    {
        _driver.Violated($"session {Id}: an ERROR event ({errno}): a Linux driver frees the session while its file is open");
        Lost = errno;
    }

    private bool WaitUntil(long deadline)
    {
        if (_driver.Failure is not null || Lost is not null) return false;
        var left = deadline - Environment.TickCount64;
        return left > 0 && _signal.Wait(TimeSpan.FromMilliseconds(left));
    }

    private static Span<byte> BytesOf<T>(ref T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new Span<T>(ref value));
}
