using System.Runtime.InteropServices;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// Shared memory regions (vhost-user, SHMEM). What is asked of the front-end is never waited for: while it does it, it may itself wait for
/// us, e.g. because the same mapping comes back as ADD_MEM_REG.
/// </summary>
public sealed partial class VhostUserBackend
{
    private const ProtocolFeatures ForSharing = ProtocolFeatures.SharedMemory | ProtocolFeatures.BackendRequests
        | ProtocolFeatures.BackendSendDescriptors | ProtocolFeatures.ReplyAck;

    private readonly ProtocolFeatures _offeredProtocol;

    /// <summary>Whether the front-end takes mappings: SHMEM is negotiated with all that it needs, and there is a channel. Any thread.</summary>
    public bool CanShareMemory => Has(ForSharing) && Volatile.Read(ref _backendChannel) is not null;

    /// <summary>Asks the front-end to map a piece of a file into a region. Any thread; does not block.</summary>
    /// <param name="mapping">Where, within <see cref="IVhostUserDevice.SharedMemoryBytes"/>.</param>
    /// <param name="file">What. Stays the caller's, who may close it at once.</param>
    /// <param name="done">
    /// Told exactly once what became of it, on the connection's thread or, if there is no way to ask, on this one; must not block or throw.
    /// </param>
    /// <exception cref="ArgumentException">The mapping is empty, or not inside its region, or not of whole pages.</exception>
    /// <exception cref="LinuxException">No descriptor is left.</exception>
    public void MapShared(in SharedMapping mapping, FileDescriptor file, Action<SharedMemoryOutcome> done)
    {
        ArgumentNullException.ThrowIfNull(file);
        AskShared(mapping, file.Duplicate(), done);
    }

    /// <summary>Asks the front-end to take away what one <see cref="MapShared"/> mapped. Any thread; does not block.</summary>
    /// <param name="mapping">The same as of <see cref="MapShared"/>.</param>
    /// <param name="done">As of <see cref="MapShared"/>.</param>
    /// <exception cref="ArgumentException">As of <see cref="MapShared"/>.</exception>
    public void UnmapShared(in SharedMapping mapping, Action<SharedMemoryOutcome> done) => AskShared(mapping, null, done);

    private static ProtocolFeatures OfferFor(IVhostUserDevice device)
    {
        foreach (var bytes in device.SharedMemoryBytes)
        {
            if (bytes > 0) return ProtocolFeatures.All | ProtocolFeatures.SharedMemory;
        }

        return ProtocolFeatures.All;
    }

    private void AskShared(in SharedMapping mapping, FileDescriptor? file, Action<SharedMemoryOutcome> done)
    {
        ArgumentNullException.ThrowIfNull(done);
        try
        {
            Check(mapping);
            var call = new SharedMemoryCall(mapping, file, done, Now + (_options.SharedMemoryTimeout.Ticks * TimeSpan.NanosecondsPerTick));
            if (Has(ForSharing) && Volatile.Read(ref _backendChannel) is { } channel && channel.TryRequest(call)) return;
        }
        catch
        {
            file?.Dispose();
            throw;
        }

        file?.Dispose();
        done(SharedMemoryOutcome.Failed);
    }

    private void Check(in SharedMapping mapping)
    {
        var regions = _device.SharedMemoryBytes;
        var bytes = (uint)mapping.Region < (uint)regions.Length ? regions[mapping.Region] : 0;
        var isWhole = ((mapping.Offset | mapping.FileOffset | mapping.Length) & (SharedMapping.PageBytes - 1)) == 0;
        if (isWhole && mapping is { Offset: >= 0, FileOffset: >= 0, Length: > 0 } && mapping.Offset <= bytes - mapping.Length) return;
        throw new ArgumentException(
            $"{mapping} is not of whole pages inside its region, which has {bytes} bytes", nameof(mapping));
    }

    private void GetSharedMemoryConfig()
    {
        if (!Has(ProtocolFeatures.SharedMemory)) throw new VhostUserViolation("GET_SHMEM_CONFIG came, but SHMEM is not negotiated");
        Span<byte> answer = stackalloc byte[SharedMemoryHeader.AnswerBytes];
        answer.Clear();
        var sizes = MemoryMarshal.Cast<byte, ulong>(answer[SharedMemoryHeader.Bytes..]);
        var regions = 0u;
        foreach (var bytes in _device.SharedMemoryBytes)
        {
            if (bytes == 0) continue;
            regions++;
        }

        for (var i = 0; i < _device.SharedMemoryBytes.Length; i++) sizes[i] = (ulong)_device.SharedMemoryBytes[i];
        MemoryMarshal.Write(answer, new SharedMemoryHeader(regions, 0));
        Answer(FrontendRequest.GetSharedMemoryConfig, answer);
    }

    // How long the connection's thread may sleep until somebody has to be told that his mapping has failed.
    private TimeSpan UntilSharedMemoryFails()
    {
        if (_backendChannel is not { } channel || channel.SharedMemory.NextDeadline is not (< long.MaxValue and var deadline))
        {
            return Timeout.InfiniteTimeSpan;
        }

        return TimeSpan.FromTicks((Math.Max(0, deadline - Now) / TimeSpan.NanosecondsPerTick) + 1);
    }

    private static long Now => FrameClock.System.Now;
}
