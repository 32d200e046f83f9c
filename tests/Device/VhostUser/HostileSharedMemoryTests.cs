using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>
/// A front-end that answers nonsense on the back-end's channel loses that channel, and whoever waited is told; the connection goes on. And a
/// back-end that asks for nonsense is refused.
/// </summary>
public sealed class HostileSharedMemoryTests : IDisposable
{
    private const uint Version = 1;
    private const uint Reply = 5;
    private const uint Ask = 9;
    private const int Page = SharedMapping.PageBytes;
    private const ProtocolFeatures Protocol =
        (ProtocolFeatures.All | ProtocolFeatures.SharedMemory) & ~ProtocolFeatures.InBandNotifications;

    private readonly MemoryFile _file = MemoryFile.Create("pool", 4 * Page);
    private readonly BlockingCollection<SharedMemoryOutcome> _outcomes = [];

    public void Dispose()
    {
        _file.Dispose();
        _outcomes.Dispose();
    }

    [Theory]
    [InlineData(9, Reply, 4)]
    [InlineData(9, Reply, 16)]
    [InlineData(9, Reply, uint.MaxValue)]
    [InlineData(10, Reply, 8)]
    [InlineData(9, Version, 8)]
    [InlineData(9, 6, 8)]
    public void An_answer_that_is_none_ends_the_channel_and_not_the_connection(uint request, uint flags, uint size)
    {
        using var rig = Connect(out var ours);
        using (ours)
        {
            rig.Backend.MapShared(new SharedMapping(0, 0, 0, Page, false), _file.Descriptor, _outcomes.Add);
            Take(ours);
            Say(ours, request, flags, size, new byte[Math.Min(size, 16)]);
            Assert.True(_outcomes.TryTake(out var outcome, GuestFrontend.Soon));
            Assert.Equal(SharedMemoryOutcome.Failed, outcome);
            Assert.Equal(3, rig.Frontend.GetQueueNum());
            Assert.False(rig.Backend.CanShareMemory);
        }
    }

    [Fact]
    public void An_answer_in_single_bytes_is_an_answer_and_nobody_waits_for_it()
    {
        using var rig = Connect(out var ours);
        using (ours)
        {
            rig.Backend.MapShared(new SharedMapping(0, 0, 0, Page, false), _file.Descriptor, _outcomes.Add);
            Take(ours);
            var answer = new byte[20];
            MemoryMarshal.Write(answer, new MessageHeader(9, Reply, 8));
            foreach (var one in answer)
            {
                ours.Send([one], [], GuestFrontend.Soon);

                // In between the main channel is served: nobody waits for the rest.
                Assert.Equal(3, rig.Frontend.GetQueueNum());
            }

            Assert.True(_outcomes.TryTake(out var outcome, GuestFrontend.Soon));
            Assert.Equal(SharedMemoryOutcome.Done, outcome);
        }
    }

    [Fact]
    public void An_answer_with_descriptors_ends_the_channel_and_keeps_none()
    {
        using var rig = Connect(out var ours);
        using var signal = EventFd.Create();
        using (ours)
        {
            rig.Backend.MapShared(new SharedMapping(0, 0, 0, Page, false), _file.Descriptor, _outcomes.Add);
            Take(ours);
            var answer = new byte[20];
            MemoryMarshal.Write(answer, new MessageHeader(9, Reply, 8));
            ours.Send(answer, [signal.Descriptor], GuestFrontend.Soon);
            Assert.True(_outcomes.TryTake(out var outcome, GuestFrontend.Soon));
            Assert.Equal(SharedMemoryOutcome.Failed, outcome);
            Assert.Equal(3, rig.Frontend.GetQueueNum());
            Assert.False(rig.Backend.CanShareMemory);
        }
    }

    [Fact]
    public void Answers_that_nobody_asked_for_are_taken_away()
    {
        using var rig = Connect(out var ours);
        using (ours)
        {
            for (var i = 0; i < 100; i++) Say(ours, 9, Reply, 8, new byte[8]);
            Assert.Equal(3, rig.Frontend.GetQueueNum());
            Assert.True(rig.Backend.CanShareMemory);
        }
    }

    [Theory]
    [InlineData(9u, 0, 1)]
    [InlineData(9u, 2, 1)]
    [InlineData(9u, 1, 0)]
    [InlineData(10u, 0, 0)]
    public void A_back_end_that_maps_without_a_descriptor_or_where_nothing_is_gets_a_refusal(uint request, int descriptors, byte region)
    {
        var (ours, theirs) = UnixSocket.Pair();
        using var messages = new BackendMessages(theirs);
        using var window = new SharedMemoryWindow(4 * Page);
        messages.Share(1, window);
        using (ours)
        {
            var mapping = new SharedMapping(region, 0, 0, Page, false).ToWire();
            Say(ours, request, Ask, WireMapping.Bytes, MemoryMarshal.AsBytes(new ReadOnlySpan<WireMapping>(in mapping)).ToArray(),
                [.. Enumerable.Repeat(_file.Descriptor, descriptors)]);
            Say(ours, (uint)BackendRequest.ConfigChange, Version, 0, []);
            Assert.True(messages.TryReceive(GuestFrontend.Soon, out var message));
            Assert.Equal(request, (uint)message.Request);
            Assert.NotEqual("", messages.LastRefusal);
            Assert.True(messages.TryReceive(GuestFrontend.Soon, out message));
            Assert.Equal(BackendRequest.ConfigChange, message.Request);
            Assert.Equal(1UL, Answer(ours));
            Assert.Empty(window.Mappings);
        }
    }

    [Fact]
    public void A_back_end_with_numbers_beyond_all_bounds_gets_a_refusal()
    {
        var (ours, theirs) = UnixSocket.Pair();
        using var messages = new BackendMessages(theirs);
        using var window = new SharedMemoryWindow(4 * Page);
        messages.Share(0, window);
        using (ours)
        {
            ulong[] numbers = [0, Page, 1UL << 63, ulong.MaxValue - Page + 1, ulong.MaxValue, (1UL << 63) - Page];
            foreach (var (file, offset, length) in from a in numbers from b in numbers from c in numbers select (a, b, c))
            {
                if ((file, offset) is (0 or Page, 0 or Page) && length == Page) continue;
                var mapping = new WireMapping(0, 0, 0, 0, file, offset, length, 0);
                Say(ours, 9, Ask, WireMapping.Bytes, MemoryMarshal.AsBytes(new ReadOnlySpan<WireMapping>(in mapping)).ToArray(), _file.Descriptor);
                Assert.True(messages.TryReceive(GuestFrontend.Soon, out _));
                Assert.Equal(1UL, Answer(ours));
            }

            Assert.Empty(window.Mappings);
        }
    }

    private static Rig Connect(out UnixSocket ours)
    {
        var rig = new Rig(new EchoDevice { SharedMemoryBytes = [4 * Page] }).Negotiate(Protocol).ShareMemory();
        (ours, var theirs) = UnixSocket.Pair();
        using (theirs) rig.Send((uint)FrontendRequest.SetBackendReqFd, [], Ask, null, theirs.Descriptor);
        Assert.Equal(0UL, rig.ReceiveWord(FrontendRequest.SetBackendReqFd));
        return rig;
    }

    // What the back-end asks.
    private static void Take(UnixSocket socket)
    {
        using var bag = new DescriptorBag();
        var message = new byte[MessageHeader.Bytes + WireMapping.Bytes];
        Assert.True(socket.ReceiveExactly(message, bag, GuestFrontend.Soon));
        Assert.Equal(new MessageHeader(9, Ask, WireMapping.Bytes), MemoryMarshal.Read<MessageHeader>(message));
        Assert.Equal(1, bag.Count);
    }

    private static ulong Answer(UnixSocket socket)
    {
        using var bag = new DescriptorBag();
        var message = new byte[MessageHeader.Bytes + 8];
        Assert.True(socket.ReceiveExactly(message, bag, GuestFrontend.Soon));
        return BitConverter.ToUInt64(message.AsSpan(MessageHeader.Bytes));
    }

    private static void Say(UnixSocket socket, uint request, uint flags, uint size, byte[] payload, params FileDescriptor[] descriptors)
    {
        var message = new byte[MessageHeader.Bytes + payload.Length];
        MemoryMarshal.Write(message, new MessageHeader(request, flags, size));
        payload.CopyTo(message.AsSpan(MessageHeader.Bytes));
        socket.Send(message, descriptors, GuestFrontend.Soon);
    }
}
