using System.Numerics;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

public sealed partial class VhostUserBackend
{
    private void SetVringNum(VringState state)
    {
        var ring = RingOf("SET_VRING_NUM", state.Index);
        var largest = Math.Min(_device.MaximumQueueSize, _options.MaximumQueueSize);
        if (state.Value == 0 || state.Value > (uint)largest || !BitOperations.IsPow2(state.Value))
        {
            throw new VhostUserViolation(
                $"SET_VRING_NUM gives queue {ring.Index} {state.Value} entries; a power of two from 1 to {largest} is right");
        }

        if (state.Value == ring.Size) return;
        RefuseWhileRunning("SET_VRING_NUM", ring);
        ring.Size = (int)state.Value;
        TryStart(ring);
    }

    private void SetVringAddress(VringAddress wire)
    {
        var ring = RingOf("SET_VRING_ADDR", wire.Index);
        var addresses = new RingAddresses(wire.Descriptors, wire.Available, wire.Used);
        CheckAlignment(ring, "descriptor", wire.Descriptors, 16);
        CheckAlignment(ring, "available", wire.Available, 2);
        CheckAlignment(ring, "used", wire.Used, 4);

        // Sent again for a running ring when a front-end turns logging on or off, which is not offered.
        if (addresses == ring.Addresses) return;
        RefuseWhileRunning("SET_VRING_ADDR", ring);
        ring.Addresses = addresses;
        TryStart(ring);
    }

    private void SetVringBase(VringState state)
    {
        var ring = RingOf("SET_VRING_BASE", state.Index);
        if (state.Value > ushort.MaxValue)
        {
            throw new VhostUserViolation(
                $"SET_VRING_BASE starts queue {ring.Index} at {state.Value}; the index of a split ring has 16 bits");
        }
        RefuseWhileRunning("SET_VRING_BASE", ring);
        ring.Base = ring.Reached = (ushort)state.Value;
    }

    private void GetVringBase(VringState state)
    {
        var ring = RingOf("GET_VRING_BASE", state.Index);
        StopRing(ring);
        ring.IsStarted = false;
        ring.IsPolled = false;
        DropKick(ring);
        ResetIfIdle();
        Span<byte> payload = stackalloc byte[VringState.Bytes];
        System.Runtime.InteropServices.MemoryMarshal.Write(payload, new VringState(state.Index, ring.Reached));
        Answer(FrontendRequest.GetVringBase, payload);
    }

    private void SetVringKick(ulong value)
    {
        var (ring, kick) = TakeSignal("SET_VRING_KICK", value);
        DropKick(ring);
        if (kick is not null)
        {
            var token = (++_kickSerial << 8) | (uint)ring.Index;

            // Told of once, not for as long as there is something to read: of an eventfd that counts (EFD_SEMAPHORE) one read takes away
            // one, so that a large count would keep this thread busy for ever.
            _poller.Add(kick.Descriptor, PollEvents.Readable | PollEvents.PeerClosed | PollEvents.OnChange, token);
            ring.Kick = kick;
            ring.KickToken = token;
        }

        ring.IsPolled = kick is null && !Has(ProtocolFeatures.InBandNotifications);
        ring.IsStarted = true;
        if (ring.Queue is null) TryStart(ring);
        else _device.QueueKicked(ring.Index);
    }

    private void SetVringCall(ulong value)
    {
        var (ring, call) = TakeSignal("SET_VRING_CALL", value);
        ring.SetCall(call, Has(ProtocolFeatures.InBandNotifications));
    }

    private void SetVringError(ulong value)
    {
        var (ring, error) = TakeSignal("SET_VRING_ERR", value);
        ring.SetError(error);
    }

    private void SetVringEnable(VringState state)
    {
        var ring = RingOf("SET_VRING_ENABLE", state.Index);
        if (state.Value > 1) throw new VhostUserViolation($"SET_VRING_ENABLE of queue {ring.Index} says {state.Value}; 0 or 1 is right");
        ring.Enabled = state.Value == 1;
        if (state.Value == 1)
        {
            TryStart(ring);
        }
        else
        {
            StopRing(ring);
            ResetIfIdle();
        }
    }

    private void KickInBand(VringState state)
    {
        if (!Has(ProtocolFeatures.InBandNotifications))
        {
            throw new VhostUserViolation("VRING_KICK came, but INBAND_NOTIFICATIONS is not negotiated");
        }
        var ring = RingOf("VRING_KICK", state.Index);
        ring.IsStarted = true;
        if (ring.Queue is null) TryStart(ring);
        else _device.QueueKicked(ring.Index);
    }

    private void TakeKick(in PollResult result)
    {
        var ring = _rings[(int)(result.Token & 0xff)];

        // A descriptor that was replaced since, by a message handled after the same wait.
        if (ring.Kick is not { } kick || ring.KickToken != result.Token) return;
        bool taken;
        try
        {
            taken = kick.TryConsume(out _);
        }
        catch (LinuxException e)
        {
            throw new VhostUserViolation($"queue {ring.Index}: reading its kicks failed: {e.Message}", isFatal: true, e);
        }

        if (taken && ring.Queue is { HasAvailable: true }) _device.QueueKicked(ring.Index);
        if ((result.Events & (PollEvents.PeerClosed | PollEvents.HangUp | PollEvents.Error)) == 0) return;

        // The end of a pipe or socket: what it may still hold are kicks for what was just looked at.
        _logger.KickClosed(ring.Index);
        DropKick(ring);
    }

    /// <summary>Runs a ring as soon as it is complete, started and enabled, in whatever order that came about.</summary>
    private void TryStart(VhostUserRing ring)
    {
        if (ring.Queue is not null || !ring.IsStarted || ring.Size == 0 || _memory.Regions.Count == 0) return;
        if (ring.Addresses is not { } addresses) return;

        // Without the negotiation there is no SET_VRING_ENABLE, and a started ring is enabled.
        if (!(ring.Enabled ?? ((_features & VirtioFeatures.ProtocolFeatures) == 0))) return;
        if ((_features & VirtioFeatures.Version1) == 0)
        {
            throw new VhostUserViolation(
                $"queue {ring.Index} cannot start: the driver did not accept VIRTIO_F_VERSION_1 (features 0x{_features:x}); "
                + "legacy drivers are not served");
        }

        TellSavedState();
        Virtqueue queue;
        try
        {
            queue = Virtqueue.Start(new VirtqueueSettings
            {
                Index = ring.Index,
                Size = ring.Size,
                Features = _features,
                Base = ring.Base,
                Addresses = addresses,
                Memory = _memory,
                Call = ring.CallDriver,
                StopTimeout = _options.StopTimeout,
                Inflight = _inflight?.Queue(ring.Index),
            });
        }
        catch (VirtqueueException e)
        {
            throw new VhostUserViolation(e.Message, inner: e);
        }

        ring.Queue = queue;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _broken) is { } broken) queue.Break(broken);

        if (!_isLive)
        {
            // A new life: where rings had come to in the one before is of no concern any more, also of those that do not run in this one.
            foreach (var other in _rings) other.Reached = other.Base;
        }

        _isLive = true;
        _logger.QueueStarted(ring.Index, ring.Size, queue.Base, queue.InFlightAtStart, _features);
        _device.QueueStarted(queue);

        // A kick from before this moment may be lost with an earlier descriptor: the ring is looked at, kicked or not.
        _device.QueueKicked(ring.Index);
    }

    private void StopRing(VhostUserRing ring)
    {
        if (ring.Queue is not { } queue) return;
        try
        {
            _device.QueueStopping(queue);
        }
        finally
        {
            StopQueue(ring);

            // Again, and now at once: the answer alone.
            ring.Base = ring.Reached = queue.Stop();
            ring.Queue = null;
            _logger.QueueStopped(ring.Index, ring.Base);
        }
    }

    /// <summary>Stops a ring's queue, if it runs. One whose writers take too long keeps its memory mapped until they are out.</summary>
    private void StopQueue(VhostUserRing ring)
    {
        try
        {
            ring.Queue?.Stop();
        }
        catch (TimeoutException e)
        {
            _logger.StopTimedOut(e.Message);
        }
    }

    /// <param name="isPause">
    /// Whether it may be asked still where the rings had come to: QEMU says status 0 first when it pauses, and goes on from the answer.
    /// </param>
    private void DisableAll(bool isPause)
    {
        foreach (var ring in _rings)
        {
            StopRing(ring);
            ring.Base = 0;
            if (!isPause) ring.Reached = 0;
            if (ring.Enabled is not null) ring.Enabled = false;
            else ring.IsStarted = false;
        }
    }

    /// <summary>
    /// When the last queue has stopped the device is reset: some front-ends have no other way to say that the driver is gone.
    /// </summary>
    private void ResetIfIdle()
    {
        if (!_isLive || Array.Exists(_rings, r => r.Queue is not null)) return;
        _isLive = false;
        _toldSavedState = false;
        _device.Reset();
    }

    private void DropKick(VhostUserRing ring)
    {
        if (ring.Kick is not { } kick) return;
        ring.Kick = null;
        _poller.Remove(kick.Descriptor);
        kick.Dispose();
    }

    private (VhostUserRing Ring, EventFd? Signal) TakeSignal(string message, ulong value)
    {
        const ulong known = VhostUserWire.VringIndexMask | VhostUserWire.VringNoDescriptorFlag;
        if ((value & ~known) != 0)
        {
            throw new VhostUserViolation(
                $"{message} says 0x{value:x}; bits 0 to 7 are the queue, bit 8 that there is no descriptor, the rest is reserved");
        }
        var ring = RingOf(message, value & VhostUserWire.VringIndexMask);
        var hasNone = (value & VhostUserWire.VringNoDescriptorFlag) != 0;
        if (hasNone != (_channel.Descriptors.Count == 0))
        {
            throw new VhostUserViolation(
                $"{message} of queue {ring.Index} says that it comes {(hasNone ? "without" : "with")} a descriptor, "
                + $"but {_channel.Descriptors.Count} came");
        }

        if (hasNone) return (ring, null);
        try
        {
            return (ring, EventFd.FromDescriptor(_channel.Descriptors.Take()));
        }
        catch (Exception e) when (e is ArgumentException or LinuxException)
        {
            throw new VhostUserViolation($"{message} of queue {ring.Index}: {e.Message}", inner: e);
        }
    }

    private VhostUserRing RingOf(string message, ulong index) =>
        index < (ulong)_rings.Length ? _rings[index] : throw new VhostUserViolation(
            $"{message} names queue {index}; there are {_rings.Length}");

    private static void RefuseWhileRunning(string message, VhostUserRing ring)
    {
        if (ring.Queue is not null)
        {
            throw new VhostUserViolation(
                $"{message} would change queue {ring.Index}, which runs; stop it first (GET_VRING_BASE or SET_VRING_ENABLE 0)");
        }
    }

    private static void CheckAlignment(VhostUserRing ring, string area, ulong address, ulong alignment)
    {
        if (address % alignment != 0)
        {
            throw new VhostUserViolation(
                $"SET_VRING_ADDR puts the {area} area of queue {ring.Index} at 0x{address:x}; it must be a multiple of {alignment}");
        }
    }
}
