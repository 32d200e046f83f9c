using CameraFabric.Platform;

namespace CameraFabric.Device.Virtqueues;

public sealed partial class Virtqueue
{
    /// <summary>
    /// Gives a chain back to the driver and calls it if it wants to be called (virtio 1.3 section 2.7.8). Any thread. Everything
    /// written to guest memory before is visible to the driver before the used entry; after non-temporal stores fence first. The
    /// chain belongs to the queue again.
    /// </summary>
    /// <param name="chain">A chain popped from this queue and not completed yet.</param>
    /// <param name="written">How many bytes of the writable buffers were written, from the beginning.</param>
    /// <returns>False, and nothing is touched, if the queue was stopped or is broken.</returns>
    /// <exception cref="ArgumentException">The chain is of another queue.</exception>
    /// <exception cref="ArgumentOutOfRangeException">More than the chain's writable bytes, or negative.</exception>
    /// <exception cref="InvalidOperationException">The chain is not held: it was completed already.</exception>
    public bool Complete(DescriptorChain chain, int written)
    {
        ArgumentNullException.ThrowIfNull(chain);
        if (chain.Queue != this)
        {
            throw new ArgumentException(
                $"the chain is of queue {chain.Queue.Index}, or of an earlier life of queue {Index}", nameof(chain));
        }
        lock (_gate)
        {
            if (!chain.IsHeld)
            {
                if (_state == State.Stopped) return false;
                throw new InvalidOperationException($"queue {Index}: chain {chain.Head} is not held; it was completed already");
            }

            if ((uint)written > (uint)chain.WritableBytes)
            {
                throw new ArgumentOutOfRangeException(nameof(written), written, $"the chain has {chain.WritableBytes} writable bytes");
            }

            // While the queue stops with a writer inside, the memory under the chain must stay: Stop or the last writer lets go of it.
            if (_state != State.Running) return false;
            chain.Release();
            _held--;
            if (_broken is not null) return false;
            _inflight?.Completing(chain.Head);
            _ring.WriteUsed(_nextUsed, chain.Head, (uint)written);
            _ring.PublishUsed(++_nextUsed);
            _inflight?.Completed(chain.Head, _nextUsed);
            if (DriverWantsCall()) _call?.Invoke();
            return true;
        }
    }

    private bool DriverWantsCall()
    {
        // The fence orders the used index before the look at the driver's wish: either the driver sees the entry after wishing, or we see
        // the wish.
        MappedMemory.FullFence();
        if (!_eventIndex) return (_ring.AvailableFlags & SplitRingLayout.NoInterrupt) == 0;

        // Where the driver stood when an earlier life of the ring ended is not known: the first entry of this one always calls.
        if (_calledOnce && !SplitRingLayout.Passed(_ring.UsedEvent, _nextUsed, _calledAt)) return false;
        _calledOnce = true;
        _calledAt = _nextUsed;
        return true;
    }
}
